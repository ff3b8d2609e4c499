import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as esbuild from "esbuild"
import { expect, it } from "vitest"

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
