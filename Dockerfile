FROM node:22-slim AS build
WORKDIR /repository
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile \
  && npx -y pnpm@12 pack:all /packed \
  && npx -y pnpm@12 --filter=./packages/assets pack --pack-destination /packed/pipeline
# The pipeline is a folder like anybody's: its modules, and the packed packages that it needs.
WORKDIR /app
RUN tar -xzf /packed/pipeline/*.tgz --strip-components=1 \
  && npm install --omit=dev --no-package-lock --no-audit --no-fund /packed/sluice-*.tgz
# The bundle is kept by the times of its sources, and layers of an image keep whole seconds only. A first run, on the sample, makes
# everything that a start reads: nothing is built, installed or downloaded when a container starts.
RUN find . -type f -exec touch -d @0 {} + \
  && cd "$(mktemp -d)" \
  && node /app/node_modules/@sluice/cli/bin/sluice.cjs --module /app/src/definitions.ts materialize --all

FROM node:22-slim
COPY --from=build /app /app
# An embedded store, if there is one, is kept here; the rest of the file system may be read-only.
WORKDIR /data
RUN chown node:node /data
USER node
ENTRYPOINT ["node", "/app/node_modules/@sluice/cli/bin/sluice.cjs", "--module", "/app/src/definitions.ts"]
CMD ["materialize", "--all"]
