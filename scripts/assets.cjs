// What `pnpm assets` runs: the command line, bundled once into one file and started from there, in this same process.
//
// Loading some thousand modules takes seconds, loading one file with V8's compiled code beside it a tenth of one. The bundle
// lies in node_modules/.cache/sluice under a hash of all sources' paths, sizes and times, so that whoever edits a source
// starts what they wrote. It is written under another name first and then renamed: any number of starts at once are safe.
// What others could have written is never started: the folder and each file of it belong to this user or to root, and nobody
// else may write them. Beside it lie the versions of the code that each asset is made of, and what threads run that read answers;
// SLUICE_CODE_VERSIONS and SLUICE_THREAD_CODE tell the command line where.
//
// This is no ES module: Node loads more modules of its own for one, and one that imports `node:fs` loads all of its streams.

/** Until the command line has its own handlers, a signal has nothing to roll back. */
const stop = () => {
  process.stderr.write("Stopping.\n")
  process.exit(130)
}
const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
for (const signal of signals) process.on(signal, stop)

const {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync
} = require("node:fs")
const { createRequire, SourceMap } = require("node:module")
const { dirname, join, relative, resolve } = require("node:path")
const { cachedDataVersionTag, setFlagsFromString } = require("node:v8")
const { Script } = require("node:vm")

// Pages of rows come and go for as long as a run lasts, and next to nothing of them is alive at any time. V8 by itself lets them
// pile up for long before it collects; has several threads go through what is young, who wait for each other; and takes it from
// the first rows, which several assets hold on to, that others will be long-lived too (docs/performance.md). What is set for the
// young generation's size comes too late here: the script in package.json does that.
setFlagsFromString("--heap-growing-percent=75")
setFlagsFromString("--no-parallel-scavenge")
setFlagsFromString("--no-allocation-site-pretenuring")

const root = dirname(__dirname)
const cache = join(root, "node_modules/.cache/sluice")

/** What stays outside of the bundle, native or generating code, and the module beside which it is found. */
const drivers = {
  esbuild: "packages/cli/package.json",
  mysql2: "packages/warehouse/package.json",
  "@libsql": "packages/warehouse/node_modules/libsql/index.js"
}

const isOurs = ownCache()
const sources = fingerprint()
const file = join(cache, `${nameOf(sources)}.cjs`)
const threadFile = file.replace(/\.cjs$/, ".thread.cjs")
const built = isKept(threadFile) ? readIfKept(file) : undefined
if (built === undefined) build().then(start)
else start(built.toString("latin1"))

/** Runs the bundle. */
function start(bundle) {
  if (isOurs) process.env["SLUICE_CODE_VERSIONS"] ??= versionsFile()
  if (isKept(threadFile)) process.env["SLUICE_THREAD_CODE"] ??= threadFile
  // Compiled code by command: what one command never runs would only be more to read for it. And by V8's options, under others
  // than which it is refused.
  const command = process.argv.slice(2).find((word) => /^[a-z][a-z-]*$/.test(word)) ?? "none"
  const compiled = `${file}.${command}.${cachedDataVersionTag()}.code`
  const cachedData = readIfKept(compiled)
  const script = new Script(bundle, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) })
  if (cachedData === undefined || script.cachedDataRejected) {
    process.on("exit", (code) => {
      if (code === 0) save(compiled, script.createCachedData())
    })
  }
  const module = { exports: {} }
  script.runInThisContext()(module.exports, (id) => requireFor(id)(id), module)
  for (const signal of signals) process.off(signal, stop)
  traceToSources()
}

/** Where the hashes of the assets' code are kept. What others could have written is none of them. */
function versionsFile() {
  const path = `${file}.versions`
  if (existsSync(path) && !isKept(path)) unlinkSync(path)
  return path
}

/** Everything that the bundle depends on, told by names, sizes and times. */
function fingerprint() {
  const parts = [process.version]
  const add = (path) => {
    const { mtimeMs, size } = statSync(path)
    parts.push(path, mtimeMs, size)
  }
  const walk = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = `${directory}/${entry.name}`
      if (entry.isDirectory()) walk(path)
      else add(path)
    }
  }
  add(__filename)
  for (const name of ["builtinsWhenUsed", "libsqlTarget", "performance"]) add(join(root, `scripts/${name}.mjs`))
  add(join(root, "pnpm-lock.yaml"))
  for (const name of readdirSync(join(root, "packages"))) {
    const source = join(root, "packages", name, "src")
    if (existsSync(source)) walk(source)
  }
  return parts.join("\n")
}

/** The hash of the sources. That of the last start stands beside them: to load what makes it takes 4 ms. */
function nameOf(sources) {
  const latest = join(cache, "latest")
  const known = readIfKept(latest)?.toString() ?? ""
  const at = known.indexOf("\n")
  if (known.slice(at + 1) === sources) return known.slice(0, at)
  const { createHash } = require("node:crypto")
  const name = createHash("sha256").update(sources).digest("hex").slice(0, 20)
  save(latest, `${name}\n${sources}`)
  return name
}

async function build() {
  const libsqlTarget = join(root, "scripts/libsqlTarget.mjs")
  const esbuild = require("esbuild")
  const { builtinsWhenUsed } = await import("./builtinsWhenUsed.mjs")
  try {
    const build = (entry, outfile, around = {}) =>
      esbuild.build({
        ...around,
        absWorkingDir: root,
        entryPoints: [join(root, entry)],
        outfile,
        bundle: true,
        minify: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        external: Object.keys(drivers).flatMap((name) => [name, `${name}/*`]),
        alias: { "@neon-rs/load": libsqlTarget, "detect-libc": libsqlTarget },
        define: { "process.env.LIBSQL_JS_DEV": "undefined" },
        inject: [join(root, "scripts/performance.mjs")],
        plugins: [builtinsWhenUsed],
        // Every `import()` becomes a `require` that runs when it is reached, which a plain script can do.
        supported: { "dynamic-import": false },
        sourcemap: "external",
        sourcesContent: false,
        write: false,
        logLevel: "silent"
      })
    const [{ outputFiles }, thread] = await Promise.all([
      build("packages/cli/src/bin.ts", file, {
        banner: { js: "(function (exports, require, module) {" },
        footer: { js: "})" }
      }),
      build("packages/cli/src/reading/thread.ts", threadFile)
    ])
    const [map, code] = ["cjs.map", "cjs"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)))
    forgetOld()
    save(`${file}.map`, map.contents)
    for (const { contents, path } of thread.outputFiles) if (path.endsWith("cjs")) save(path, contents)
    save(file, code.contents)
    return Buffer.from(code.contents).toString("latin1")
  } catch (error) {
    if (!Array.isArray(error?.errors)) throw error
    const messages = await esbuild.formatMessages(error.errors, { kind: "error", color: process.stderr.isTTY === true })
    process.stderr.write(
      `The command line could not be built from its sources. Mend this and try again:\n\n${messages.join("")}`
    )
    process.exit(2)
  }
}

/** Where nothing can be written, every start builds, and reads without threads, which run a file. */
function save(path, contents) {
  if (!isOurs) return
  const unfinished = `${path}.${process.pid}`
  try {
    writeFileSync(unfinished, contents, { mode: 0o644 })
    renameSync(unfinished, path)
  } catch {}
}

function forgetOld() {
  try {
    for (const name of readdirSync(cache)) {
      const path = join(cache, name)
      if (Date.now() - statSync(path).mtimeMs > 86_400_000) unlinkSync(path)
    }
  } catch {}
}

/** Makes the folder of the cache, and takes it from others who may write it; false if it cannot be this user's alone. */
function ownCache() {
  try {
    mkdirSync(cache, { recursive: true, mode: 0o755 })
    if (!isSafe(lstatSync(cache))) chmodSync(cache, 0o755)
    const stats = lstatSync(cache)
    return stats.isDirectory() && isSafe(stats)
  } catch {
    return false
  }
}

/** Whether nobody but this user or root can have written something. Where there are no users, anybody's is as good. */
function isSafe({ mode, uid }) {
  const own = process.getuid?.()
  return own === undefined || ((uid === own || uid === 0) && (mode & 0o022) === 0)
}

/** Whether a file of the cache is there and nobody else can have written it. */
function isKept(path) {
  try {
    const stats = lstatSync(path)
    return isOurs && stats.isFile() && isSafe(stats)
  } catch {
    return false
  }
}

function readIfKept(path) {
  try {
    return isKept(path) ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

/** What loads a module for the bundle: a driver is found beside its own package only. */
function requireFor(id) {
  const place = drivers[id.split("/")[0]]
  return place === undefined ? require : createRequire(realpathSync(join(root, place)))
}

/** Stacks name the sources. Their map is read when a stack is, which in most runs is never. */
function traceToSources() {
  let map
  const placeOf = (frame) => {
    if (frame.getFileName() !== file) return undefined
    map ??= new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")))
    const { originalSource, originalLine, originalColumn } = map.findEntry(
      frame.getLineNumber() - 1,
      frame.getColumnNumber() - 1
    )
    if (originalSource === undefined) return undefined
    return `${relative(root, resolve(cache, originalSource))}:${originalLine + 1}:${originalColumn + 1}`
  }
  Error.prepareStackTrace = (error, frames) => {
    // Node reads the stack of every request that is given up, and nobody else does.
    if (errorNameOf(error) === "AbortError") return headOf(error)
    const lines = frames.map((frame) => {
      try {
        const place = placeOf(frame)
        if (place !== undefined) return `\n    at ${place}`
      } catch {}
      return `\n    at ${frame}`
    })
    return `${headOf(error)}${lines.join("")}`
  }
}

function errorNameOf(error) {
  try {
    return error.name
  } catch {
    return undefined
  }
}

function headOf(error) {
  try {
    return String(error)
  } catch {
    return "Error"
  }
}
