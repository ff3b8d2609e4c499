import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { pipeline } from "@sluice/assets/pipeline"
import * as Either from "effect/Either"
import * as esbuild from "esbuild"
import { beforeAll, describe, expect, it } from "vitest"
import { codeVersions } from "../../../scripts/codeVersions.mjs"

const root = fileURLToPath(new URL("../../..", import.meta.url))
let inputs: esbuild.Metafile["inputs"] = {}

/** The versions of this repository's assets, with one source edited. */
const versions = (edited = "", edit: (source: string) => string = (source) => source) =>
  codeVersions(inputs, async (path) => {
    const source = readFileSync(join(root, path), "utf8")
    const text = path === edited ? edit(source) : source
    return (await esbuild.transform(text, { loader: "ts", minifyWhitespace: true, minifySyntax: true })).code
  })

const differing = async (edited: string, edit: (source: string) => string) => {
  const [before, after] = [await versions(), await versions(edited, edit)]
  return Object.keys(before)
    .filter((name) => before[name] !== after[name])
    .sort()
}

beforeAll(async () => {
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
  inputs = metafile.inputs
})

const addCode = (source: string) => `${source}\nexport const another = 1\n`

describe("the version of an asset's code", () => {
  it("is there for every asset of the pipeline", async () => {
    const { names } = Either.getOrThrow(pipeline)
    const modules = names.map((name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()))
    expect(Object.keys(await versions()).sort()).toEqual([...modules].sort())
  })

  it("changes with its own module, and with a helper that only it imports", async () => {
    expect(await differing("packages/assets/src/assets/usersRaw.ts", addCode)).toEqual(["usersRaw"])
    expect(await differing("packages/assets/src/assets/masking.ts", addCode)).toEqual(["usersRaw"])
  })

  it("changes with what several import, for each of them", async () => {
    expect(await differing("packages/assets/src/intake/Duplicates.ts", addCode)).toEqual(["apiMessages", "apiUsers"])
    const views = await differing("packages/assets/src/tables/SubscriptionsRaw.ts", addCode)
    expect(views).toContain("activeSubscriptions")
    expect(views).not.toContain("usersRaw")
  })

  it("does not change with the command line, with an adapter, or with comments and types", async () => {
    expect(await differing("packages/cli/src/bin.ts", addCode)).toEqual([])
    expect(await differing("packages/warehouse/src/embedded/SqliteWarehouse.ts", addCode)).toEqual([])
    const wordy = (source: string) => `// A comment.\n${source}\nexport type Another = 1\n`
    expect(await differing("packages/assets/src/assets/masking.ts", wordy)).toEqual([])
  })
})
