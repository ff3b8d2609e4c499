import { rmSync } from "node:fs"
import { join } from "node:path"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Effect from "effect/Effect"
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

it("a table that was made whole is refused until it is adopted, and none of its partitions is made again", async () => {
  const directory = emptyDirectory()
  const whole = program(pipeline({ cut: false }), directory)
  const cut = program(pipeline(), directory)
  expect((await whole("materialize", "daily_revenue")).code).toBe(0)
  const refused = await cut("materialize", "daily_revenue", "--partition", "2024-08-01")
  expect([
    refused.code,
    /it was published whole\. Run `sluice partitions adopt daily_revenue`/.test(refused.err)
  ]).toStrictEqual([1, true])
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
}, 60_000)
