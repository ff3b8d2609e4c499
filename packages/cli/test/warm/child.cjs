// Runs commands of this repository's pipeline one after another, each as its parent asks for it.
const { dirname, join } = require("node:path")
const { launch } = require("../../loader/launch.cjs")

const root = dirname(dirname(dirname(dirname(__dirname))))
const file = join(__dirname, "serve.ts")

process.env["SLUICE_STARTED_AS"] = "pnpm assets"
// What a command starts again: a real process.
process.argv[1] = join(root, "scripts/assets.cjs")
launch({
  module: file,
  thread: join(root, "packages/assets/src/definitions.thread.ts"),
  entry: () => [`import ${JSON.stringify(file)}`],
  folder: root,
  cacheIn: join(root, "node_modules/.cache/sluice-tests")
})
