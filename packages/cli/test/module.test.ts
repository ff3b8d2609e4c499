import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { folderWith, sluice, write } from "./ownPipeline.ts"
import { emptyDirectory } from "./support.ts"

const shop = (revenue: string) => ({
  "revenue.ts": `
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as Effect from "effect/Effect"
export const revenue = Asset.make("revenue", {
  storage: Storage.stored({ kind: "number", load: Effect.succeed(1) }),
  observe: Effect.succeed("always the same"),
  materialize: Effect.fn("revenue")(function* () {
    return ${revenue}
  })
})
`,
  "sluice.config.ts": `
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Layer from "effect/Layer"
import { revenue } from "./revenue.ts"
export default Definitions.make({ name: "shop", assets: [revenue], resources: () => Layer.empty })
`
})

describe("sluice", () => {
  // Regression: an asset that was written with `Effect.fn` outside of this repository was never out of date.
  it("runs the pipeline of the current directory, and knows which of its code has changed", async () => {
    const folder = folderWith(shop("1"))
    const made = await sluice(folder, "materialize", "--all")
    expect([made.status, made.stderr.match(/^1 succeeded/m)?.[0]]).toEqual([0, "1 succeeded"])
    const standing = async () => (await sluice(folder, "list")).stdout.match(/revenue +number +(fresh|stale: [\w ]*\w)/)?.[1]
    expect(await standing()).toBe("fresh")
    write(folder, shop("1 // The same."))
    expect(await standing()).toBe("fresh")
    write(folder, shop("1 * 2"))
    expect(await standing()).toBe("stale: code changed")
  }, 120_000)

  it("runs the pipeline of a module, named from anywhere, before or after the command", async () => {
    const folder = folderWith(shop("1"))
    const file = join(folder, "sluice.config.ts")
    const elsewhere = emptyDirectory()
    const words = [
      ["--module", file, "graph"],
      ["graph", `--module=${file}`]
    ]
    const all = await Promise.all(words.map((args) => sluice(elsewhere, ...args)))
    expect(all.map(({ status, stdout }) => [status, stdout.includes("revenue")])).toEqual([
      [0, true],
      [0, true]
    ])
  }, 60_000)

  // Regression: every message named `pnpm assets`, which only this repository has.
  it("names commands as they are typed: with the module, and with the file of settings", async () => {
    const folder = folderWith({ ...shop("1"), "prod.env": "" })
    const said = async (cwd: string, ...args: ReadonlyArray<string>) =>
      (await sluice(cwd, ...args)).stderr.replaceAll(folder, "FOLDER").trim().split(". ").at(-1)
    expect([
      await said(folder, "runs", "list"),
      await said(folder, "runs", "list", "--env-file", "prod.env"),
      await said(emptyDirectory(), "materialize", "--module", join(folder, "sluice.config.ts")),
      (await sluice(folder, "graph", "--help")).stdout.split("\n")[2]
    ]).toEqual([
      "`npx sluice materialize --all` makes the first.",
      "`npx sluice --env-file prod.env materialize --all` makes the first.",
      "`npx sluice --module FOLDER/sluice.config.ts list` shows every asset.",
      "Usage  npx sluice graph [--format FORMAT]"
    ])
  }, 60_000)

  // Regression: assets were validated while the bundle was loaded, whose places were not traced to its sources yet.
  it("names the lines of the pipeline's own files for what is wrong with its assets", async () => {
    const twice = `
import * as Asset from "@sluice/core/asset/Asset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Effect from "effect/Effect"
const one = Asset.make("orders", { materialize: () => Effect.succeed(1) })
const other: typeof one = Asset.make("orders", { materialize: () => Effect.succeed(2) })
export default Definitions.make({ name: "shop", assets: [one, other] })
`
    const { status, stderr } = await sluice(folderWith({ "sluice.config.ts": twice }), "list")
    expect([status, stderr.match(/sluice\.config\.ts:\d+/g)]).toEqual([2, ["sluice.config.ts:5", "sluice.config.ts:6"]])
  }, 60_000)

  it("runs code beyond ASCII as it is written", async () => {
    const { "revenue.ts": revenue, ...others } = shop(
      '/^[ü€]$/.test("€") ? 1 : yield* Effect.dieMessage("it does not match")'
    )
    const folder = folderWith({ "revenue.ts": revenue, ...others })
    expect((await sluice(folder, "materialize", "--all")).status).toBe(0)
  }, 60_000)

  it("reads in threads what the module beside it says", async () => {
    const threads = { "sluice.config.thread.ts": "export const answer = 1\n" }
    const folder = folderWith({
      ...shop('process.env["SLUICE_THREAD_CODE"] ?? (yield* Effect.dieMessage("none"))'),
      ...threads
    })
    expect((await sluice(folder, "materialize", "--all")).status).toBe(0)
  }, 60_000)

  it("says what is missing where it finds no pipeline", async () => {
    const folder = folderWith({
      "nothing.ts": "export const other = 1\n",
      "other.ts": "export default { name: 'shop' }\n"
    })
    const said = async (...args: ReadonlyArray<string>) => {
      const { status, stderr } = await sluice(folder, ...args)
      return [status, stderr.replaceAll(folder, "FOLDER").trim()]
    }
    expect([
      await said("list"),
      await said("list", "--module"),
      await said("list", "--module", "gone.ts"),
      await said("list", "--module", "nothing.ts"),
      await said("list", "--module", "other.ts")
    ]).toEqual([
      [
        2,
        "✗ There is no sluice.config.ts in FOLDER. Run `npx sluice` in the folder of a pipeline, or name its module: `npx sluice --module FILE`."
      ],
      [2, "✗ Name a file after --module: `npx sluice --module FILE`."],
      [2, "✗ There is no file FOLDER/gone.ts. `--module` names the module whose default export is the pipeline."],
      [2, "✗ FOLDER/nothing.ts has no default export. End it with `export default Definitions.make({ … })`."],
      [
        2,
        "✗ FOLDER/other.ts has a default export that is no pipeline. End it with `export default Definitions.make({ … })`."
      ]
    ])
  }, 120_000)

  it("shows the place of an error in the module", async () => {
    const folder = folderWith({
      "unfinished.ts": "export default Definitions.make({\n",
      "lost.ts": 'import { orders } from "./orders.ts"\nexport default orders\n',
      "throwing.ts": '\nconst rate = JSON.parse("nothing")\nexport default rate\n'
    })
    const said = async (name: string) => {
      const { status, stderr } = await sluice(folder, "list", "--module", name)
      return [status, stderr.split("\n")[0], new RegExp(`${name}:\\d+`).exec(stderr)?.[0]]
    }
    const notBuilt = "The pipeline could not be built. Correct this and start again:"
    expect(await Promise.all(["unfinished.ts", "lost.ts", "throwing.ts"].map(said))).toEqual([
      [2, notBuilt, "unfinished.ts:2"],
      [2, notBuilt, "lost.ts:1"],
      [2, "The pipeline's code failed while it was loaded:", "throwing.ts:2"]
    ])
  }, 120_000)

  it("merges two pipelines that ran alone after provision --adopt-from", async () => {
    const folder = folderWith({
      "teams.ts": `
import * as Asset from "@sluice/core/asset/Asset"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
const table = (name: string) => Table.make(name, { description: "", columns: { id: Column.text(10) }, primaryKey: ["id"] })
const make = (name: string, upstreams: object, Rows = table(name)) =>
  Asset.make(name, {
    upstreams,
    storage: storedAs(Rows),
    materialize: () =>
      Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(Rows, Dataset.fromArray(Table.rows(Rows, [{ id: name }]))))
  })
const orders = make("orders", {})
const letters = make("letters", {})
export const shop = Definitions.make({ name: "shop", assets: [orders] })
export const spark = Definitions.make({ name: "spark", assets: [letters] })
export const company = Definitions.merge("company", [Definitions.prefixed("shop", shop), spark])
`,
      ...Object.fromEntries(
        ["shop", "spark", "company"].map((name) => [`${name}.ts`, `export { ${name} as default } from "./teams.ts"\n`])
      )
    })
    const run = (name: string, ...args: ReadonlyArray<string>) => sluice(folder, "--module", `${name}.ts`, ...args)
    expect([
      (await run("shop", "materialize", "--all")).status,
      (await run("spark", "materialize", "--all")).status
    ]).toEqual([0, 0])
    const refused = await run("company", "materialize", "shop/orders")
    expect([refused.status, refused.stderr.includes('orders belongs to the pipeline "shop"')]).toEqual([2, true])
    expect(refused.stderr).toContain("provision --adopt-from OWNER")
    const adopted = await run("company", "provision", "--adopt-from", "shop", "--adopt-from", "spark")
    expect(adopted.stdout.match(/took over .*"/g)).toEqual([
      'took over orders from the pipeline "shop"',
      'took over letters from the pipeline "spark"'
    ])
    expect((await run("company", "list", "shop/*")).stdout).toContain("shop/orders")
    expect((await run("company", "materialize", "--all")).status).toBe(0)
    const again = await run("company", "materialize", "--all", "--changed")
    expect([again.status, again.stderr.includes("changed from outside")]).toEqual([0, false])
    // Regression: a table was looked up in the history as the asset of its name, without the prefix.
    await run("shop", "provision", "--adopt-from", "company")
    await run("shop", "materialize", "--all")
    await run("company", "provision", "--adopt-from", "shop")
    expect((await run("company", "materialize", "--all", "--changed")).stderr).toContain("orders was changed from outside")
    expect((await run("company", "query", "select id from orders")).stdout).toContain("orders")
  }, 240_000)
})
