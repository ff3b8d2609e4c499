// Where a pipeline is found, and what is made of it: its module's default export is what `Definitions.make` gave.
const { existsSync, realpathSync, statSync } = require("node:fs")
const { homedir } = require("node:os")
const { dirname, join, resolve } = require("node:path")
const { launch } = require("./launch.cjs")

const configs = ["ts", "mts", "js", "mjs"].map((end) => `sluice.config.${end}`)

/**
 * Finds the pipeline that a command line is about: `--module FILE`, which no command sees, or a `sluice.config.ts` in the current
 * directory. Answers its file and the other arguments, or else what is wrong, in words.
 */
exports.find = (args, directory) => {
  const end = args.includes("--") ? args.indexOf("--") : args.length
  const at = args.findIndex((arg, index) => index < end && /^--module(=|$)/.test(arg))
  if (at < 0) {
    const [found] = configs.map((name) => join(directory, name)).filter((file) => existsSync(file))
    return found === undefined
      ? {
          problem: `There is no sluice.config.ts in ${directory}. Run \`sluice\` in the folder of a pipeline, or name its module: \`sluice --module FILE\`.`
        }
      : { file: found, args }
  }
  const isOneWord = args[at].startsWith("--module=")
  const named = isOneWord ? args[at].slice("--module=".length) : args[at + 1]
  if (named === undefined || named === "") return { problem: "Name a file after --module: `sluice --module FILE`." }
  const others = [...args.slice(0, at), ...args.slice(at + (isOneWord ? 1 : 2))]
  const file = resolve(directory, named)
  if (!existsSync(file) || !statSync(file).isFile()) {
    return { problem: `There is no file ${file}. \`--module\` names the module whose default export is the pipeline.` }
  }
  return { file, args: others }
}

/**
 * Runs the pipeline of a file. A file beside it with `.thread` in its name, `sluice.config.thread.ts`, is what reading threads run.
 * The bundle is kept beside the packages that are installed for it, in `node_modules/.cache/sluice`, unless `cacheIn` says where.
 */
exports.start = ({ cacheIn, file, folder }) => {
  const module = realpathSync(file)
  const thread = module.replace(/\.\w+$/, ".thread$&")
  const entry = [
    `import { startModule } from ${JSON.stringify(require.resolve("@sluice/cli/startModule"))}`,
    `import * as module from ${JSON.stringify(module)}`,
    `startModule(module, ${JSON.stringify(file)})`
  ]
  launch({
    module,
    entry: entry.join("\n"),
    folder: folder ?? dirname(module),
    thread: existsSync(thread) ? thread : undefined,
    cacheIn: cacheIn ?? join(placeAbove(dirname(module)), "sluice")
  })
}

const placeAbove = (folder) => {
  const packages = join(folder, "node_modules")
  if (existsSync(packages)) return join(packages, ".cache")
  return dirname(folder) === folder ? join(homedir(), ".cache") : placeAbove(dirname(folder))
}
