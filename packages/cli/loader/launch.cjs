// Bundles a program once into one file and runs it from there, in this same process.
//
// Loading some thousand modules takes seconds, loading one file with V8's compiled code beside it a tenth of one. The bundle is
// kept under a hash of all sources' paths, sizes and times, so that an edit of a source is in the next start. Beside it lie the
// hashes of the code that each asset is made of, which the first run writes that needs them, and the code of reading threads;
// SLUICE_CODE_VERSIONS and SLUICE_THREAD_CODE tell the program where. Stacks name files relative to SLUICE_SOURCES.
//
// This is no ES module: Node loads more modules of its own for one, and one that imports `node:fs` loads all of its streams.

/** Until the program has its own handlers, a signal has nothing to roll back. */
const stop = () => {
  process.stderr.write("Stopping.\n")
  process.exit(130)
}
const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
for (const signal of signals) process.on(signal, stop)

const { isAscii } = require("node:buffer")
const { join } = require("node:path")
const { Script } = require("node:vm")
const Cache = require("./Cache.cjs")
const { requireFor } = require("./drivers.cjs")
const Sources = require("./Sources.cjs")
const { traceToSources } = require("./Stacks.cjs")

/**
 * Runs the program that a module in `folder` makes, whose lines `entry` returns. `module` is the file that it is named by, `thread` what
 * its reading threads run, if it has any, `cacheIn` the folder that its bundle is kept in. If nothing can be kept, every start
 * builds, and reading is done without threads, which run a file.
 */
exports.launch = ({ cacheIn, entry, folder, module, thread }) => {
  const cache = Cache.open(cacheIn)
  const latest = join(cacheIn, `${module.replace(/[^A-Za-z0-9]+/g, "_").slice(-80)}.latest`)
  const name = Sources.nameIn(cache.read(latest)?.toString() ?? "", module)
  const file = name === undefined ? undefined : join(cacheIn, `${name}.cjs`)
  const isWhole = file !== undefined && (thread === undefined || cache.has(threadFileOf(file)))
  const kept = isWhole ? cache.read(file) : undefined
  if (kept === undefined) buildAnew({ cache, entry, folder, latest, module, thread })
  else run({ cache, file, folder, bundle: kept })
}

/** Commands that read no rows. */
const brief = /^(asset|graph|list|none|plan|runs|validate)$/

const threadFileOf = (file) => file.replace(/\.cjs$/, ".thread.cjs")

const buildAnew = async ({ cache, entry, folder, latest, module, thread }) => {
  const startedAt = Date.now()
  const outfile = join(cache.folder, "bundle.cjs")
  const built = await require("./build.cjs").build({ entry: entry().join("\n"), folder, outfile, thread })
  if (built.problems !== undefined) {
    process.stderr.write(`The pipeline could not be built. Correct this and start again:\n\n${built.problems.join("")}`)
    process.exit(2)
  }
  const { name, text } = Sources.record(module, built.sources, startedAt)
  const file = join(cache.folder, `${name}.cjs`)
  cache.forgetOld()
  cache.save(`${file}.map`, built.map)
  if (built.threadCode !== undefined) cache.save(threadFileOf(file), built.threadCode)
  cache.save(file, built.code)
  cache.save(latest, text)
  run({ cache, file, folder, bundle: Buffer.from(built.code) })
}

const run = ({ bundle, cache, file, folder }) => {
  const [versions, threadFile] = [`${file}.versions`, threadFileOf(file)]
  cache.expel(versions)
  process.env["SLUICE_SOURCES"] = folder
  if (cache.isOurs) process.env["SLUICE_CODE_VERSIONS"] ??= versions
  if (cache.has(threadFile)) process.env["SLUICE_THREAD_CODE"] ??= threadFile
  // Compiled code by command: what one command never runs would only be more to read for it. And by Node's options, since V8
  // refuses code that was compiled under others.
  const command = process.argv.slice(2).find((word) => /^[a-z][a-z-]*$/.test(word)) ?? "none"
  const options = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""]
    .join("")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .slice(-80)
  const compiled = `${file}.${command}.${options}.code`
  // To load what sets V8's options takes longer than these commands are worth.
  if (!brief.test(command)) require("./flags.cjs")
  const cachedData = cache.read(compiled)
  // V8 keeps Latin-1 in a byte each, and has it at once. Beyond ASCII are regular expressions of the pipeline's, if anything.
  const script = new Script(bundle.toString(isAscii(bundle) ? "latin1" : "utf8"), {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData })
  })
  if (cachedData === undefined || script.cachedDataRejected) {
    process.on("exit", (code) => {
      if (code === 0) cache.save(compiled, script.createCachedData())
    })
  }
  const module = { exports: {} }
  let failure
  try {
    script.runInThisContext()(module.exports, requireFor, module)
  } catch (error) {
    failure = { error }
  }
  // Not before: some packages read a stack while they load, and to read the map of their code takes longer than the start.
  traceToSources(file, folder)
  if (failure !== undefined) {
    const { error } = failure
    process.stderr.write(`The pipeline's code failed while it was loaded:\n\n${error?.stack ?? error}\n`)
    process.exit(2)
  }
  for (const signal of signals) process.off(signal, stop)
}
