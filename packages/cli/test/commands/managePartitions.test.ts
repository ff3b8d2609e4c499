import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Day from "@sluice/core/data/Day"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { pipeline } from "../dailyRevenue.ts"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

type Program = ReturnType<typeof program>

/** The exit code and the lines of a command, without the line on the store. */
const said = async (sluice: Program, ...args: ReadonlyArray<string>) => {
  const { code, err, out } = await sluice(...args)
  return [code, ...`${out}\n${err}`.split("\n").filter((line) => line !== "" && !line.includes("embedded store"))]
}

const rowsIn = async (sluice: Program) =>
  (await sluice("query", "select min(day) as first, count(*) as rows from daily_revenue", "--json")).out

it("a later start orphans partitions, and prune removes them with their rows", async () => {
  const directory = emptyDirectory()
  const july = program(pipeline({ start: "2024-07-01" }), directory)
  const august = program(pipeline(), directory)
  await july("backfill", "daily_revenue", "--partitions", "*")
  expect(await said(august, "partitions", "prune", "daily_revenue", "--dry-run")).toStrictEqual([
    0,
    "`sluice partitions prune daily_revenue` would remove 31 partitions of daily_revenue: 2024-07-01..2024-07-31. Nothing was changed."
  ])
  expect(await said(august, "partitions", "prune", "daily_revenue")).toStrictEqual([
    0,
    "✓ removed 31 partitions of daily_revenue: 2024-07-01..2024-07-31, with 31 rows"
  ])
  expect(await said(august, "partitions", "prune", "daily_revenue")).toStrictEqual([
    0,
    "✓ Nothing to prune: daily_revenue has no orphaned partition."
  ])
  expect(await said(july, "partitions", "list", "daily_revenue")).toStrictEqual([
    0,
    "daily_revenue 62 partitions of days",
    "  made         31  2024-08-01..2024-08-31",
    "  missing      31  2024-07-01..2024-07-31"
  ])
  expect(await rowsIn(august)).toBe('[\n{"first":"2024-08-01","rows":31}\n]')
}, 60_000)

it("another zone is refused until a reset, which keeps the rows until they are made anew", async () => {
  const directory = emptyDirectory()
  const utc = program(pipeline(), directory)
  const berlin = program(pipeline({ timezone: "Europe/Berlin" }), directory)
  await utc("backfill", "daily_revenue", "--partitions", "*")
  const recut = "days was cut by day of UTC, and is now cut by day of Europe/Berlin."
  expect((await said(berlin, "materialize", "daily_revenue")).slice(0, 2)).toStrictEqual([
    2,
    `✗ daily_revenue: ${recut} The partitions that are there are not those of the new cut. \`sluice partitions reset daily_revenue --yes\` forgets them, and the table is then made anew, partition by partition.`
  ])
  expect(await said(berlin, "partitions", "prune", "daily_revenue")).toStrictEqual([
    2,
    `✗ daily_revenue: ${recut} \`sluice partitions reset daily_revenue\` says what to do about it.`
  ])
  expect(await said(berlin, "partitions", "reset", "daily_revenue")).toStrictEqual([
    0,
    recut,
    "A reset forgets which partitions of daily_revenue are made, when and by what",
    "code. All of them count as missing then.",
    "The 31 rows of the table stay until their partition is made anew.",
    "`sluice partitions reset daily_revenue --yes` does it. Nothing was changed."
  ])
  expect(await said(berlin, "partitions", "reset", "daily_revenue", "--yes")).toStrictEqual([
    0,
    "✓ forgot which partitions of daily_revenue are made",
    "Next: `sluice backfill daily_revenue --missing` makes them anew."
  ])
  expect(await rowsIn(berlin)).toBe('[\n{"first":"2024-08-01","rows":31}\n]')
  expect((await berlin("backfill", "daily_revenue", "--missing")).code).toBe(0)
  expect(await said(berlin, "partitions", "list", "daily_revenue")).toStrictEqual([
    0,
    "daily_revenue 31 partitions of days",
    "  made      31  2024-08-01..2024-08-31",
    "✓ Every partition is made and fresh."
  ])
}, 60_000)

it("a reset empties a table of which some rows would be in no partition", async () => {
  const directory = emptyDirectory()
  const july = program(pipeline({ start: "2024-07-01" }), directory)
  const berlin = program(pipeline({ timezone: "Europe/Berlin" }), directory)
  await july("backfill", "daily_revenue", "--partitions", "2024-07-30..2024-08-02")
  expect((await said(berlin, "partitions", "reset", "daily_revenue")).slice(4, 6)).toStrictEqual([
    "2 rows of 4 would be in no partition. So the table is emptied, and is empty",
    "until its partitions are made anew."
  ])
  expect((await berlin("partitions", "reset", "daily_revenue", "--yes")).code).toBe(0)
  expect(await rowsIn(berlin)).toBe('[\n{"first":null,"rows":0}\n]')
  expect((await berlin("backfill", "daily_revenue", "--missing")).code).toBe(0)
  expect(await rowsIn(berlin)).toBe('[\n{"first":"2024-08-01","rows":31}\n]')
}, 60_000)

// Regression: a run that failed is no materialization, so its partitions counted as made although their table was gone.
it("partitions of a table that is gone, or was changed from outside, count as missing", async () => {
  const directory = emptyDirectory()
  const failing = new Set(["2024-08-05"])
  const sluice = program(pipeline({ failing }), directory)
  const counts = async () => JSON.parse((await sluice("partitions", "list", "daily_revenue", "--json")).out).counts.made
  await sluice("backfill", "daily_revenue", "--to", "2024-08-10")
  rmSync(join(directory, "public.db"))
  failing.clear()
  const again = await sluice("backfill", "daily_revenue", "--to", "2024-08-10", "--missing")
  expect([
    again.code,
    /Gone from the store since the last run: daily_revenue/.test(again.err),
    await counts()
  ]).toStrictEqual([0, true, 10])
  await LibsqlClient.make({ path: join(directory, "public.db") }).pipe(
    Effect.flatMap(({ sql }) => sql.unsafe("DELETE FROM daily_revenue WHERE day = '2024-08-07'")),
    Effect.scoped,
    Effect.runPromise
  )
  const planned = await sluice("backfill", "daily_revenue", "--to", "2024-08-10", "--missing")
  expect([planned.err.match(/^daily_revenue was changed .*$/m)?.[0], await counts()]).toStrictEqual([
    "daily_revenue was changed from outside: it has 9 rows, and 10 were written. None of its partitions counts as made: they are missing, and made again when they are requested.",
    10
  ])
}, 60_000)

// Regression: the run read its sources, and then failed to publish.
it("a plan refuses a table that was made whole until it is adopted, and none of its partitions is made again", async () => {
  const directory = emptyDirectory()
  const whole = program(pipeline({ cut: false }), directory)
  const made: Array<string> = []
  const cut = program(pipeline({ made: (key) => Effect.sync(() => void made.push(key)) }), directory)
  const refusal =
    "daily_revenue was made whole, and is cut now. `sluice partitions adopt daily_revenue` takes its rows as partitions; with --dry-run, it only counts them. `sluice partitions reset daily_revenue` says how to begin anew."
  expect((await whole("materialize", "daily_revenue")).code).toBe(0)
  const refused = [
    await cut("plan", "daily_revenue"),
    await cut("materialize", "daily_revenue", "--partition", "2024-08-01"),
    await cut("backfill", "daily_revenue", "--missing", "--dry-run")
  ]
  expect([...refused.map(({ code, err }) => [code, err.split("\n").at(-1)]), made]).toStrictEqual([
    [2, `✗ ${refusal}`],
    [2, `✗ ${refusal}`],
    [2, `✗ ${refusal}`],
    []
  ])
  expect((await said(cut, "partitions", "list", "daily_revenue")).slice(0, 4)).toStrictEqual([
    0,
    "daily_revenue 31 partitions of days",
    "  missing      31  2024-08-01..2024-08-31",
    "! The table was made whole, and is cut now. `sluice partitions adopt"
  ])
  expect(await said(cut, "partitions", "adopt", "daily_revenue", "--dry-run")).toStrictEqual([
    0,
    "  2024-08-01  1 row",
    "  2024-08-31  1 row",
    "2 rows of daily_revenue are in 2 partitions. Nothing was changed."
  ])
  expect(await said(cut, "partitions", "adopt", "daily_revenue")).toStrictEqual([
    0,
    "✓ 2 rows of daily_revenue are in 2 partitions; they count as made"
  ])
  expect(await said(cut, "partitions", "list", "daily_revenue")).toStrictEqual([
    0,
    "daily_revenue 31 partitions of days",
    "  made          2  2024-08-01, 2024-08-31",
    "  missing      29  2024-08-02..2024-08-30"
  ])
  expect((await said(cut, "partitions", "adopt", "daily_revenue")).slice(0, 2)).toStrictEqual([
    2,
    "✗ daily_revenue is cut already: 2 partitions of it are made. `sluice partitions list daily_revenue` shows them."
  ])
  expect((await cut("materialize", "daily_revenue", "--partition", "2024-08-01")).code).toBe(0)
  // Made whole again: what the history knows of its partitions is of a time before.
  expect((await whole("materialize", "daily_revenue")).code).toBe(0)
  expect((await said(cut, "partitions", "list", "daily_revenue"))[2]).toBe("  missing      31  2024-08-01..2024-08-31")
  expect((await cut("plan", "daily_revenue")).err.split("\n").at(-1)).toBe(`✗ ${refusal}`)
}, 60_000)

it("a plan refuses a table that is cut by another column until a reset", async () => {
  const directory = emptyDirectory()
  const cutBy = (partitionBy: "ordered_on" | "paid_on") => {
    const Orders = Table.make("orders", {
      description: "Orders.",
      columns: { id: Column.integer, ordered_on: Column.day, paid_on: Column.day },
      primaryKey: ["id"],
      partitionBy
    })
    const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-02" })
    const day = Schema.decodeSync(Day.schema)
    const rows = [{ id: 1, ordered_on: day("2024-08-01"), paid_on: day("2024-08-02") }]
    const orders = tableAsset(Orders, { codeVersion: "1", partitions: days, outside: "leave", rows: () => rows })
    return program(Definitions.make({ name: "shop", assets: [orders], resources: () => Layer.empty }), directory)
  }
  const [before, after] = [cutBy("ordered_on"), cutBy("paid_on")]
  await before("backfill", "orders", "--missing")
  const recut = "days was cut by the column ordered_on, and is now cut by the column paid_on."
  expect((await said(after, "plan", "orders")).slice(0, 2)).toStrictEqual([
    2,
    `✗ orders: ${recut} The partitions that are there are not those of the new cut. \`sluice partitions reset orders --yes\` forgets them, and the table is then made anew, partition by partition.`
  ])
  expect((await after("partitions", "reset", "orders", "--yes")).code).toBe(0)
  expect((await after("backfill", "orders", "--missing")).code).toBe(0)
  const counted = await after("query", "select count(*) as n from orders", "--json")
  expect(counted.out).toBe('[\n{"n":1}\n]')
}, 60_000)
