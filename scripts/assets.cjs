// What `pnpm assets` runs: `sluice` with this repository's pipeline.
const { dirname, join } = require("node:path")
const { run } = require("../packages/cli/loader/pipeline.cjs")

const root = dirname(__dirname)
run({
  program: "pnpm assets",
  usual: {
    file: join(root, "packages/assets/src/definitions.ts"),
    folder: root,
    cacheIn: join(root, "node_modules/.cache/sluice")
  }
})
