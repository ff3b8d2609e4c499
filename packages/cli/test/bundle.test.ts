import { spawnSync } from "node:child_process"
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as esbuild from "esbuild"
import { expect, it } from "vitest"
import { emptyDirectory } from "./support.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** What a bundle of some files is made of. */
const bundled = async (...entryPoints: ReadonlyArray<string>): Promise<esbuild.Metafile> => {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    outdir: "nowhere",
    bundle: true,
    platform: "node",
    external: ["esbuild", "libsql", "mysql2", "mysql2/*"],
    metafile: true,
    write: false,
    logLevel: "silent"
  })
  return metafile
}

// Regression: a regular expression for box-drawing characters matched nothing in the bundle. It is read as Latin-1, and esbuild
// escapes what is beyond ASCII in strings and names, but not in regular expressions.
it("the bundle, which is read as Latin-1, has ASCII characters only", async () => {
  const metafile = await bundled("packages/assets/src/definitions.ts", "packages/cli/src/start.ts")
  const sources = Object.keys(metafile.inputs).filter((path) => path.startsWith("packages/"))
  const beyond = await Promise.all(
    sources.map(async (path) => {
      const { code } = await esbuild.transform(readFileSync(join(root, path), "utf8"), { loader: "ts", minify: true })
      return [...code].every((character) => character <= "\u007f") ? [] : [path]
    })
  )
  expect([sources.length > 0, beyond.flat()]).toEqual([true, []])
})

// Commands that read no rows would wait for it.
it("neither the code that reads an API nor the one that serves the sample is loaded at the start", async () => {
  const metafile = await bundled("packages/assets/src/definitions.ts", "examples/shop/sluice.config.ts")
  const loaded = new Set(Object.values(metafile.outputs).flatMap(({ entryPoint }) => entryPoint ?? []))
  for (const path of loaded) {
    for (const { external, kind, path: next } of metafile.inputs[path]?.imports ?? []) {
      if (external !== true && kind !== "dynamic-import") loaded.add(next)
    }
  }
  const has = (end: string) => [...loaded].some((path) => path.endsWith(end))
  expect(["/RestSource.ts", "/SparkResources.ts", "/sources.ts"].filter(has)).toHaveLength(3)
  expect(["/SourceError.ts", "/HttpPage.ts", "/SampleServer.ts", "/HttpClient.js", "/HttpServer.js"].filter(has)).toEqual([])
})

/** A checkout whose cache is its own, or cannot be written. */
const checkoutWith = (cache: "empty" | "none"): string => {
  const copy = emptyDirectory()
  cpSync(join(root, "scripts"), join(copy, "scripts"), { recursive: true })
  for (const name of ["packages", "pnpm-lock.yaml"]) symlinkSync(join(root, name), join(copy, name))
  mkdirSync(join(copy, "node_modules"))
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== ".cache") symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name))
  }
  if (cache === "none") writeFileSync(join(copy, "node_modules/.cache"), "no directory")
  return copy
}

const { PATH = "", HOME = "" } = process.env

// Regression: the thread's code is a file of the cache. Where there was none, every run of more than a few rows failed.
it("where no cache can be written, runs read without threads", () => {
  const assets = join(checkoutWith("none"), "scripts/assets.cjs")
  const { status, stderr } = spawnSync(process.execPath, [assets, "materialize", "messages_raw"], {
    cwd: emptyDirectory(),
    env: { PATH, HOME, SLUICE_READING_THREADS: "2" },
    encoding: "utf8"
  })
  expect([status, stderr.match(/^2 succeeded/m)?.[0]]).toEqual([0, "2 succeeded"])
}, 60_000)

// Regression: with a umask of 002 whoever was in the group could have the next start run what they wrote.
it("code in the cache that others could have written is built again, and not started", () => {
  const checkout = checkoutWith("empty")
  const cache = join(checkout, "node_modules/.cache/sluice")
  const list = () => {
    const args = ["-c", 'umask 002; exec "$@"', "sh", process.execPath, join(checkout, "scripts/assets.cjs"), "graph"]
    const { status, stdout } = spawnSync("sh", args, { cwd: checkout, env: { PATH, HOME }, encoding: "utf8" })
    return { status, planted: stdout.includes("planted"), lists: stdout.includes("users_raw") }
  }
  const good = { status: 0, planted: false, lists: true }
  const modes = () =>
    [cache, ...readdirSync(cache).map((name) => join(cache, name))].map((path) => statSync(path).mode & 0o022)
  const bundle = () => join(cache, readdirSync(cache).find((name) => /^\w+\.cjs$/.test(name)) ?? "")
  const plant = '(function () { process.stdout.write("planted"); process.exit(0) })'
  expect([list(), new Set(modes())]).toEqual([good, new Set([0])])

  writeFileSync(bundle(), plant)
  chmodSync(bundle(), 0o664)
  chmodSync(cache, 0o775)
  expect([list(), new Set(modes())]).toEqual([good, new Set([0])])

  writeFileSync(join(checkout, "elsewhere.cjs"), plant)
  const path = bundle()
  rmSync(path)
  symlinkSync(join(checkout, "elsewhere.cjs"), path)
  expect([list(), new Set(modes())]).toEqual([good, new Set([0])])
}, 60_000)

// V8 refuses code that was compiled under other options, and starts in turn with and without some would all compile anew.
it("compiled code is kept for each set of V8's options", () => {
  const checkout = checkoutWith("empty")
  const cache = join(checkout, "node_modules/.cache/sluice")
  const keptAfter = (...options: ReadonlyArray<string>) => {
    const args = [...options, join(checkout, "scripts/assets.cjs"), "--help"]
    const { status } = spawnSync(process.execPath, args, { env: { PATH, HOME } })
    const files = readdirSync(cache).filter((name) => name.endsWith(".code"))
    return { status, files: files.map((name) => [name, statSync(join(cache, name)).mtimeMs]) }
  }
  const [first, other, again] = [keptAfter(), keptAfter("--max-semi-space-size=4"), keptAfter()]
  expect([first.status, first.files.length, other.files.length, again]).toEqual([0, 1, 2, other])
}, 60_000)

it("`pnpm assets` starts Node without options, as an installed `sluice` does", () => {
  expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts.assets).toBe("node scripts/assets.cjs")
})

// Each takes time: what Effect's clock asks of the global `performance`, a first file that is an ES module, what reads source maps,
// and what sets V8's options.
it("a start loads neither Node's performance hooks nor its ES modules", () => {
  const told = join(emptyDirectory(), "told.cjs")
  writeFileSync(told, "process.on('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')))")
  const args = ["--require", told, join(root, "scripts/assets.cjs"), "--help"]
  const start = () => spawnSync(process.execPath, args, { env: { PATH, HOME }, encoding: "utf8" })
  const built = start()
  const loaded = start().stderr.split("\n")
  const spared = ["perf_hooks", "internal/modules/esm/load", "module", "v8", "crypto", "internal/fs/streams"]
  expect([built.status, spared.filter((name) => loaded.includes(`NativeModule ${name}`))]).toEqual([0, []])
  expect(loaded.includes("NativeModule vm")).toBe(true)
}, 60_000)

// What such a command allocates lives until its end, so each collection copies it for nothing.
it("the young generation of a command that reads no rows grows to its maximum at once", () => {
  const told = join(emptyDirectory(), "told.cjs")
  const size = 'require("node:v8").getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size'
  writeFileSync(told, `process.on("exit", () => process.stderr.write(String(${size} / 2 ** 20)))`)
  const args = ["--require", told, join(root, "scripts/assets.cjs"), "graph"]
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: emptyDirectory(),
    env: { PATH, HOME },
    encoding: "utf8"
  })
  expect([status, stderr]).toEqual([0, "32"])
}, 60_000)
