import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as esbuild from "esbuild"
import { expect, it } from "vitest"
import { emptyDirectory } from "./support.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

// Regression: a regular expression for box-drawing characters matched nothing in the bundle. It is read as Latin-1, and esbuild
// escapes what is beyond ASCII in strings and names, but not in regular expressions.
it("the bundle, which is read as Latin-1, has ASCII characters only", async () => {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["packages/cli/src/bin.ts"],
    bundle: true,
    platform: "node",
    external: ["libsql", "mysql2", "mysql2/*"],
    metafile: true,
    write: false,
    logLevel: "silent"
  })
  const sources = Object.keys(metafile.inputs).filter((path) => path.startsWith("packages/"))
  const beyond = await Promise.all(
    sources.map(async (path) => {
      const { code } = await esbuild.transform(readFileSync(join(root, path), "utf8"), { loader: "ts", minify: true })
      return [...code].every((character) => character <= "\u007f") ? [] : [path]
    })
  )
  expect([sources.length > 0, beyond.flat()]).toEqual([true, []])
})

// Regression: the thread's code is a file of the cache. Where there was none, every run of more than a few rows failed.
it("where no cache can be written, runs read without threads", () => {
  const copy = emptyDirectory()
  cpSync(join(root, "scripts"), join(copy, "scripts"), { recursive: true })
  for (const name of ["packages", "pnpm-lock.yaml"]) symlinkSync(join(root, name), join(copy, name))
  mkdirSync(join(copy, "node_modules"))
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== ".cache") symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name))
  }
  writeFileSync(join(copy, "node_modules/.cache"), "no directory")
  const { PATH = "", HOME = "" } = process.env
  const { status, stderr } = spawnSync(process.execPath, [join(copy, "scripts/assets.mjs"), "materialize", "messages_raw"], {
    cwd: emptyDirectory(),
    env: { PATH, HOME, SLUICE_READING_THREADS: "2" },
    encoding: "utf8"
  })
  expect([status, stderr.match(/^2 succeeded/m)?.[0]]).toEqual([0, "2 succeeded"])
}, 60_000)
