FROM node:22-slim AS build
WORKDIR /app
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile --prod
# The bundle is kept by the times of its sources, and layers of an image keep whole seconds only. A first run, on the sample, makes
# everything that a start reads: nothing is built, installed or downloaded when a container starts.
RUN find . -type f -exec touch -d @0 {} + \
  && cd "$(mktemp -d)" \
  && node --max-semi-space-size=4 /app/scripts/assets.cjs materialize --all

FROM node:22-slim
COPY --from=build /app /app
# An embedded store, if there is one, is kept here; the rest of the file system may be read-only.
WORKDIR /data
RUN chown node:node /data
USER node
ENTRYPOINT ["node", "--max-semi-space-size=4", "/app/scripts/assets.cjs"]
CMD ["materialize", "--all"]
