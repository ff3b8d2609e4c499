FROM node:22-slim
WORKDIR /app
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile
ENTRYPOINT ["npx", "-y", "pnpm@12", "assets"]
CMD ["materialize", "--all"]
