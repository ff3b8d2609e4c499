// Bundles a program into one file, once, and runs the bundle in this process.
//
// Loading some thousand modules takes seconds. Loading one file with V8's compiled code takes a tenth of a second. The name of
// the bundle is a hash of all sources' paths, sizes and times, so that the next start has every edit. Two files lie beside the
// bundle: the code of reading threads, and the hashes of each asset's code, which the first run that needs them writes.
// SLUICE_THREAD_CODE and SLUICE_CODE_VERSIONS name these files for the program. Stacks name files relative to SLUICE_SOURCES.
//
// This is no ES module. For one, Node loads more modules of its own, and an import of `node:fs` loads all of its streams.

/** Before the program has its own handlers, there is nothing to roll back. */
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
 * Runs a program. `entry` returns the lines of its module, which is resolved in `folder`. `module` is the file that names the
 * program, `thread` the code of its reading threads, if any, and `cacheIn` the folder for its bundle. If that folder cannot be
 * used, every start builds, and sources are read without threads, because a thread runs a file.
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
const brief = /^(asset|graph|list|plan|runs|validate)$/

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
  // Compiled code is cached by command, because code of other commands would only take time to read. It is also cached by
  // Node's options, because V8 refuses code that was compiled with others.
  const command = process.argv.slice(2).find((word) => /^[a-z][a-z-]*$/.test(word)) ?? "none"
  const options = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""]
    .join("")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .slice(-80)
  const compiled = `${file}.${command}.${options}.code`
  // For the help, loading the module that sets V8's options takes longer than it saves.
  if (command !== "none") require("./flags.cjs").set(brief.test(command))
  const cachedData = cache.read(compiled)
  // V8 stores Latin-1 in one byte per character, without decoding. Beyond ASCII are at most regular expressions of the
  // pipeline.
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
  // Only now: some packages read a stack while they load, and reading the source map takes longer than the start.
  traceToSources(file, folder)
  if (failure !== undefined) {
    const { error } = failure
    process.stderr.write(`The pipeline's code failed while it was loaded:\n\n${error?.stack ?? error}\n`)
    process.exit(2)
  }
  // After the program has begun, which a microtask does: a signal with no handler in between would be lost.
  queueMicrotask(() => {
    for (const signal of signals) process.off(signal, stop)
  })
}
