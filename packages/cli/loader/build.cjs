// Bundles a program and the code of its reading threads into one file each.
const esbuild = require("esbuild")
const { existsSync, readdirSync, realpathSync } = require("node:fs")
const { dirname, join, resolve } = require("node:path")
const { drivers } = require("./drivers.cjs")

/**
 * Builds a program and the code of its reading threads. `entry` is the text of a module in `folder`. `thread` is a file, or
 * undefined. Returns the code of both bundles and the files that they were built from, or `problems` as text.
 */
exports.build = async ({ entry, folder, outfile, thread }) => {
  const { builtinsWhenUsed } = await import("./builtinsWhenUsed.mjs")
  const libsqlTarget = join(__dirname, "libsqlTarget.mjs")
  const bundle = (options) =>
    esbuild.build({
      absWorkingDir: folder,
      bundle: true,
      minify: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      external: Object.keys(drivers).flatMap((name) => [name, `${name}/*`]),
      alias: { "@neon-rs/load": libsqlTarget, "detect-libc": libsqlTarget },
      define: { "process.env.LIBSQL_JS_DEV": "undefined" },
      inject: [join(__dirname, "performance.mjs")],
      plugins: [builtinsWhenUsed],
      // Every `import()` becomes a `require` that runs when it is reached. A plain script supports only that.
      supported: { "dynamic-import": false },
      sourcesContent: false,
      metafile: true,
      write: false,
      logLevel: "silent",
      ...options
    })
  try {
    const [program, reading] = await Promise.all([
      bundle({
        stdin: { contents: entry, resolveDir: folder, sourcefile: "entry.js" },
        outfile,
        sourcemap: "external",
        banner: { js: "(function (exports, require, module) {" },
        footer: { js: "})" }
      }),
      thread === undefined ? undefined : bundle({ entryPoints: [thread], outfile })
    ])
    const inputs = { ...program.metafile.inputs, ...reading?.metafile.inputs }
    const [map, code] = [/\.map$/, /\.cjs$/].map((end) => program.outputFiles.find(({ path }) => end.test(path)).contents)
    const sources = sourcesOf(folder, Object.keys(inputs))
    return { code, map, sources, threadCode: reading?.outputFiles[0].contents }
  } catch (error) {
    if (!Array.isArray(error?.errors)) throw error
    const color = process.stderr.isTTY === true
    return { problems: await esbuild.formatMessages(error.errors, { kind: "error", color }) }
  }
}

/**
 * Returns all files that a bundle depends on: its own modules, the manifests of their packages, lock files, and this loader.
 * Installed packages count by their manifests, not by their modules.
 */
const sourcesOf = (folder, inputs) => {
  const files = new Set(readdirSync(__dirname).map((name) => join(__dirname, name)))
  const folders = new Set()
  for (const input of inputs) {
    const file = resolve(folder, input)
    if (input === "entry.js" || input.includes(":") || !existsSync(file)) continue
    const installed = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(file)?.[0]
    if (installed === undefined) files.add(file)
    folders.add(installed ?? dirname(file))
  }
  for (const start of folders) {
    for (const above of withParents(start)) {
      for (const name of ["package.json", "tsconfig.json", ...locks]) {
        if (existsSync(join(above, name))) files.add(realpathSync(join(above, name)))
      }
    }
  }
  return [...files].sort()
}

const locks = ["pnpm-lock.yaml", "package-lock.json", "yarn.lock", "bun.lock"]

const withParents = (folder) => {
  const folders = [folder]
  for (let at = folder; dirname(at) !== at; folders.push(at)) at = dirname(at)
  return folders
}
