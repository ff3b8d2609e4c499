// Finds a pipeline and starts it. The default export of its module is the result of `Definitions.make`.
const { existsSync, realpathSync, statSync } = require("node:fs")
const { homedir } = require("node:os")
const { dirname, join, resolve } = require("node:path")
const { launch } = require("./launch.cjs")

const configs = ["ts", "mts", "js", "mjs"].map((end) => `sluice.config.${end}`)

/**
 * Runs a command of a pipeline: of the module after `--module`, or `usual`, or the `sluice.config.ts` in the current directory.
 * Commands do not see `--module`. `program` is how people start the program; messages show it.
 */
exports.run = ({ program, usual }) => {
  const { args, pipeline, problem, typed } = find(process.argv.slice(2), usual)
  if (problem !== undefined) {
    process.stderr.write(`✗ ${problem.replaceAll("`sluice", `\`${program}`)}\n`)
    process.exitCode = 2
    return
  }
  process.argv.splice(2, process.argv.length, ...args)
  process.env["SLUICE_STARTED_AS"] = `${program}${typed}`
  start(pipeline)
}

/** Returns the pipeline, the other arguments, and the typed words that name the pipeline. Or returns `problem`, a message. */
const find = (args, usual) => {
  const end = args.includes("--") ? args.indexOf("--") : args.length
  const at = args.findIndex((arg, index) => index < end && /^--module(=|$)/.test(arg))
  if (at < 0) {
    const [found] = configs.map((name) => resolve(name)).filter((file) => existsSync(file))
    return usual === undefined && found === undefined
      ? {
          problem: `There is no sluice.config.ts in ${process.cwd()}. Run \`sluice\` in the folder of a pipeline, or name its module: \`sluice --module FILE\`.`
        }
      : { pipeline: usual ?? { file: found }, args, typed: "" }
  }
  const isOneWord = args[at].startsWith("--module=")
  const named = isOneWord ? args[at].slice("--module=".length) : args[at + 1]
  if (named === undefined || named === "") return { problem: "Name a file after --module: `sluice --module FILE`." }
  const others = [...args.slice(0, at), ...args.slice(at + (isOneWord ? 1 : 2))]
  const file = resolve(named)
  if (!existsSync(file) || !statSync(file).isFile()) {
    return { problem: `There is no file ${file}. \`--module\` names the module whose default export is the pipeline.` }
  }
  return { pipeline: { file }, args: others, typed: ` --module ${quoted(named)}` }
}

/** Quotes a word for a shell, if necessary. */
const quoted = (word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/**
 * Starts the pipeline of a file. Reading threads run the file beside it with `.thread` in its name: `sluice.config.thread.ts`.
 * The bundle is cached beside the installed packages, in `node_modules/.cache/sluice`, unless `cacheIn` names another folder.
 */
const start = ({ cacheIn, file, folder }) => {
  const module = realpathSync(file)
  const thread = module.replace(/\.\w+$/, ".thread$&")
  // Resolving this package's own module takes milliseconds, and only a build needs it.
  const entry = () => [
    `import { startModule } from ${JSON.stringify(require.resolve("@sluice/cli/startModule"))}`,
    `import * as module from ${JSON.stringify(module)}`,
    // Once the bundle is loaded, stacks are traced to its sources: what is wrong with an asset names its line.
    `queueMicrotask(() => startModule(module, ${JSON.stringify(file)}))`
  ]
  launch({
    module,
    entry,
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
