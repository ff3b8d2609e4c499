import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import definitions from "@sluice/assets/definitions"
import * as Asset from "@sluice/core/asset/Asset"
import type { CallSite } from "@sluice/core/asset/CallSite"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as esbuild from "esbuild"
import { describe, expect, it } from "vitest"
import * as AssetHashes from "../../src/code/AssetHashes.ts"
import { emptyDirectory, sluice } from "../support.ts"

const require = createRequire(import.meta.url)
const repository = fileURLToPath(new URL("../../../..", import.meta.url))

/** A pipeline as somebody else writes one: a helper that defines assets, two assets of it, and what they share. */
const sources = {
  "src/helper.ts": `
import * as Asset from "@sluice/core/asset/Asset"
import * as Effect from "effect/Effect"
export interface Options { readonly rate: number }
export const rateAsset = <const Name extends string>(name: Name, { rate }: Options) =>
  Asset.make(name, { materialize: () => Effect.succeed(rate as number) })
`,
  "src/vat.ts": `export const vat: number = 1.25
`,
  "src/orders.ts": `
import { type Options, rateAsset } from "./helper.ts"
import { vat } from "./vat.ts"
const options: Options = { rate: vat }
export const orders = rateAsset("orders", options)
`,
  "src/revenue.ts": `
import * as Asset from "@sluice/core/asset/Asset"
import * as Effect from "effect/Effect"
import type { Options } from "./helper.ts"
import { orders } from "./orders.ts"
export const revenue = Asset.make("revenue", {
  upstreams: { orders },
  materialize: Effect.fn("revenue")(function* ({ orders }) {
    const options: Options = { rate: orders }
    return options.rate * 1
  })
})
`,
  "src/pipeline.ts": `
import { orders } from "./orders.ts"
import { revenue } from "./revenue.ts"
export const assets = [orders, revenue]
`,
  "src/main.ts": `
const { assets } = await import("./pipeline.ts")
process.stdout.write(JSON.stringify(assets.map(({ callSites, name }) => [name, callSites()])))
`
}

type Edits = Readonly<Record<string, (source: string) => string>>

const pipeline = (edits: Edits = {}): string => {
  const folder = emptyDirectory()
  mkdirSync(join(folder, "src"))
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(folder, name), edits[name]?.(source) ?? source)
  const manifest = { type: "module" }
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest))
  mkdirSync(join(folder, "node_modules/@sluice"), { recursive: true })
  symlinkSync(join(repository, "node_modules/effect"), join(folder, "node_modules/effect"))
  installCore(join(folder, "node_modules/@sluice/core"))
  return folder
}

/** Puts core there as it is published: built to JavaScript. */
const installCore = (folder: string) => {
  const modules = ["asset/Asset", "partition/Partitions"]
  esbuild.buildSync({
    entryPoints: modules.map((name) => join(repository, `packages/core/src/${name}.ts`)),
    outdir: folder,
    outbase: join(repository, "packages/core/src"),
    bundle: true,
    format: "esm",
    external: ["effect", "effect/*"],
    logLevel: "error"
  })
  const exports = Object.fromEntries(modules.map((name) => [`./${name}`, `./${name}.js`]))
  const manifest = { name: "@sluice/core", type: "module", exports }
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest))
}

type Sites = ReadonlyArray<readonly [name: string, sites: ReadonlyArray<CallSite>]>

const hashes = (sites: Sites) =>
  AssetHashes.make(
    sites.map(([name, sites]) => ({ ...Asset.make(name, { materialize: () => Effect.void }), callSites: () => sites }))
  )

const told = (cwd: string, ...args: ReadonlyArray<string>): Sites =>
  JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: "utf8" }))

/** How the same pipeline is started, and where its assets are defined then. */
const starts = {
  vitest: async (folder: string): Promise<Sites> => {
    const { assets } = await import(join(folder, "src/pipeline.ts"))
    return assets.map((asset: Asset.Any) => [asset.name, asset.callSites()])
  },
  tsx: async (folder: string) => told(folder, "--import", require.resolve("tsx"), "src/main.ts"),
  "JavaScript that tsc made": async (folder: string) => {
    const options = ["--target", "ES2022", "--module", "NodeNext", "--rewriteRelativeImportExtensions", "--skipLibCheck"]
    const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc")
    const files = Object.keys(sources).filter((name) => name !== "src/main.ts")
    execFileSync(process.execPath, [tsc, ...options, "--noCheck", "--outDir", "dist", ...files], { cwd: folder })
    writeFileSync(join(folder, "dist/main.js"), sources["src/main.ts"].replace(".ts", ".js"))
    return told(folder, "dist/main.js")
  },
  "a bundle, minified, with a map of its sources": async (folder: string) => {
    esbuild.buildSync({
      absWorkingDir: folder,
      stdin: { contents: sources["src/main.ts"].replace("await import", "await\nimport"), resolveDir: join(folder, "src") },
      outfile: join(folder, "bundle/main.mjs"),
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      sourcemap: "external",
      logLevel: "error"
    })
    return told(folder, "--enable-source-maps", "bundle/main.mjs")
  }
}

describe("the hash of an asset's code", () => {
  it("is the same however the program was started", async () => {
    const folder = pipeline()
    const expected = await hashes(await starts.vitest(folder))
    expect(Object.keys(expected)).toEqual(["orders", "revenue"])
    for (const [name, start] of Object.entries(starts))
      expect([name, await hashes(await start(folder))]).toEqual([name, expected])
  })

  /** The assets whose hashes an edit changes. */
  const differing = async (edits: Edits) => {
    const [before, after] = await Promise.all([pipeline(), pipeline(edits)].map(async (f) => hashes(await starts.vitest(f))))
    return Object.keys(before ?? {}).filter((name) => before?.[name] !== after?.[name])
  }

  // Regression: functions of `Effect.fn` have one text, and by that of its function an asset was told apart.
  it("changes with the asset's own module, and not that of what stands above it", async () => {
    expect(await differing({ "src/revenue.ts": (source) => source.replace("* 1", "* 2") })).toEqual(["revenue"])
    expect(await differing({ "src/orders.ts": (source) => source.replace("rate: vat", "rate: vat * 2") })).toEqual([
      "orders"
    ])
  })

  it("changes with a module that it imports, and with the helper that defines it", async () => {
    expect(await differing({ "src/vat.ts": (source) => source.replace("1.25", "1.2") })).toEqual(["orders"])
    expect(await differing({ "src/helper.ts": (source) => source.replace("succeed(rate", "succeed(2 * rate") })).toEqual([
      "orders"
    ])
  })

  it("changes with a constant that stands beside an upstream", async () => {
    const exporting = (rate: number) => (source: string) => `${source}export const rate = ${rate}\n`
    const using = (source: string) => source.replace("{ orders } from", "{ orders, rate } from").replace("* 1", "* rate")
    const of = async (rate: number) =>
      hashes(await starts.vitest(pipeline({ "src/orders.ts": exporting(rate), "src/revenue.ts": using })))
    const [one, two] = [await of(1), await of(2)]
    expect([one["orders"] !== two["orders"], one["revenue"] !== two["revenue"]]).toEqual([true, true])
  })

  it("does not change with the start of a set of partitions, unless something else stands beside it", async () => {
    const sets = (start: string, more = "") => `import * as Partitions from "@sluice/core/partition/Partitions"
const span = { start: "${start}" }
export const days = Partitions.daily("days", span)
export const cells = Partitions.product("cells", { day: days, region: Partitions.fixed("regions", ["eu", "us"]) })
${more}`
    const edits = (text: string) => ({
      "src/vat.ts": () => text,
      "src/orders.ts": (source: string) =>
        source.replace("{ vat }", "{ cells }").replace("rate: vat", "rate: cells.name.length")
    })
    const of = async (text: string) => (await hashes(await starts.vitest(pipeline(edits(text)))))["orders"]
    const [before, after, other] = [await of(sets("2024-08-01")), await of(sets("2024-07-01")), "export const rate = 1"]
    expect(after).toBe(before)
    expect(await of(sets("2024-08-01", other))).not.toBe(await of(sets("2024-07-01", other)))
  })

  it("does not change with comments, layout and types, nor with who imports the module", async () => {
    const wordy = (source: string) =>
      `// A comment.\n\n${source.replace("export const", "export type Unused = 1\n\nexport const")}`
    const imported = (source: string) => `import "./vat.ts"\n${source}`
    expect(
      await differing({ "src/orders.ts": wordy, "src/revenue.ts": wordy, "src/vat.ts": wordy, "src/pipeline.ts": imported })
    ).toEqual([])
  })

  it("is none where the code lies in no file", async () => {
    const none: Sites = [
      ["typed", [{ file: "[eval]", line: 1, column: 1 }]],
      ["unknown", []]
    ]
    expect(await hashes(none)).toEqual({})
  })
})

describe("the hashes of this repository's assets", () => {
  const { assets } = Either.getOrThrow(definitions.sealed).graph

  /** The assets whose hashes change when files of a copy of the workspace are edited. */
  const differing = async (edited: string, edit: (source: string) => string) => {
    const copy = emptyDirectory()
    cpSync(join(repository, "packages"), join(copy, "packages"), { recursive: true, verbatimSymlinks: true })
    symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"))
    const moved = assets.map((asset) => ({
      ...asset,
      callSites: () => asset.callSites().map((site) => ({ ...site, file: site.file.replace(repository, `${copy}/`) }))
    }))
    const before = await AssetHashes.make(moved)
    writeFileSync(join(copy, edited), edit(readFileSync(join(copy, edited), "utf8")))
    const after = await AssetHashes.make(moved)
    return Object.keys(before).filter((name) => before[name] !== after[name])
  }

  const addCode = (source: string) => `${source}\nexport const another = 1\n`

  it("are there for every asset, the same in this process and in the bundle", async () => {
    const versions = join(emptyDirectory(), "versions.json")
    const { code } = await sluice(emptyDirectory(), ["materialize", "api_users"], { SLUICE_CODE_VERSIONS: versions })
    const own = await AssetHashes.make(assets)
    expect([code, Object.keys(own)]).toEqual([0, assets.map(({ name }) => name)])
    expect(JSON.parse(readFileSync(versions, "utf8"))).toEqual(own)
  }, 60_000)

  it("change with the asset's own module, and with a helper that only it imports", async () => {
    const edit = (source: string) => source.replace("rows:", "timeout: 1, rows:")
    expect(await differing("packages/assets/src/assets/usersRaw.ts", edit)).toEqual(["users_raw"])
    expect(await differing("packages/assets/src/checks/usersRaw.ts", addCode)).toEqual(["users_raw"])
  })

  it("change with what several import, for each of them", async () => {
    expect(await differing("packages/rest-source/src/ingest/Duplicates.ts", addCode)).toEqual(["api_users", "api_messages"])
    const views = await differing("packages/assets/src/tables/SubscriptionsRaw.ts", addCode)
    expect([views.includes("active_subscriptions"), views.includes("users_raw")]).toEqual([true, false])
  })

  it("do not change with the command line, with an adapter, or with comments and types", async () => {
    expect(await differing("packages/cli/src/start.ts", addCode)).toEqual([])
    expect(await differing("packages/warehouse/src/embedded/SqliteWarehouse.ts", addCode)).toEqual([])
    const wordy = (source: string) => `// A comment.\n${source}\nexport type Another = 1\n`
    expect(await differing("packages/warehouse/src/assets/MaskLookup.ts", wordy)).toEqual([])
  })
})
