// What `pnpm assets` runs: `sluice` with this repository's pipeline.
const { dirname, join } = require("node:path")
const { start } = require("../packages/cli/loader/pipeline.cjs")

const root = dirname(__dirname)
start({
  file: join(root, "packages/assets/src/definitions.ts"),
  folder: root,
  cacheIn: join(root, "node_modules/.cache/sluice")
})
