// What `pnpm assets` runs: the command line with this repository's pipeline.
const { dirname, join } = require("node:path")
const { launch } = require("../packages/cli/loader/launch.cjs")

const root = dirname(__dirname)
const module_ = join(root, "packages/assets/src/bin.ts")
launch({
  module: module_,
  entry: `import ${JSON.stringify(module_)}`,
  folder: root,
  thread: join(root, "packages/assets/src/definitions.thread.ts"),
  cacheIn: join(root, "node_modules/.cache/sluice")
})
