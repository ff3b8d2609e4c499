import * as Effect from "effect/Effect"
import { beforeAll, describe, expect, it } from "vitest"
import { pipeline } from "../dailyRevenue.ts"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const directory = emptyDirectory()
const failing = new Set<string>()
const first = program(pipeline({ failing }), directory)
const changed = program(pipeline({ codeVersion: "2", failing }), directory)

/** What a command says of the partitions that it makes. */
const made = async (sluice: typeof first, ...args: ReadonlyArray<string>) => {
  const { code, err } = await sluice(...args)
  const lines = err.split("\n")
  const at = lines.indexOf("Partitions")
  return [code, ...(at < 0 ? lines.slice(1) : lines.slice(at + 1).filter((line) => line.startsWith("  ")))].slice(0, 3)
}

beforeAll(async () => {
  await first("materialize", "daily_revenue", "--from", "2024-08-01", "--to", "2024-08-05")
}, 60_000)

describe("materialize", () => {
  it("says which partition it makes if none is named", async () => {
    expect(await made(first, "materialize", "daily_revenue")).toStrictEqual([
      0,
      "  daily_revenue  1 partition of days: 2024-08-31",
      "    5 kept"
    ])
  })

  it("--changed makes the named partitions again of an asset whose source nobody can ask", async () => {
    const named = ["materialize", "daily_revenue", "--changed", "--partition", "2024-08-04..2024-08-07"]
    expect([await made(first, ...named), await made(first, ...named), await made(changed, ...named)]).toStrictEqual([
      [0, "  daily_revenue  4 partitions of days: 2024-08-04..2024-08-07", "    2 of them made again · 4 kept"],
      [0, "  daily_revenue  4 partitions of days: 2024-08-04..2024-08-07", "    all made before, and made again · 4 kept"],
      [0, "  daily_revenue  4 partitions of days: 2024-08-04..2024-08-07", "    all made before, and made again · 4 kept"]
    ])
  }, 30_000)

  it("is refused if an upstream lacks partitions, and names the backfill", async () => {
    expect(await made(changed, "materialize", "monthly_revenue")).toStrictEqual([
      2,
      '✗ "daily_revenue" has no 2024-08-08..2024-08-30, but monthly_revenue needs them. Run `sluice backfill daily_revenue --partitions 2024-08-08..2024-08-30` first, or make them together.'
    ])
  })
})

// Regression: it named `materialize daily_revenue --show-errors`, which makes the last partition, and not those that had failed.
it("a partition whose code throws names a command that makes it again", async () => {
  const keys: Array<string> = []
  const made = (key: string) =>
    key === "2024-08-03" ? Effect.die(new Error("secret")) : Effect.sync(() => void keys.push(key))
  const sluice = program(pipeline({ made }), emptyDirectory())
  const { err } = await sluice("materialize", "daily_revenue", "--from", "2024-08-01", "--to", "2024-08-04")
  const [, command = "", id] = /`sluice (retry (\S+) --show-errors)` shows it/.exec(err) ?? []
  expect([keys.sort(), err.split("\n").slice(-3, -1)]).toStrictEqual([
    ["2024-08-01", "2024-08-02", "2024-08-04"],
    [`Next: sluice retry ${id}`, `      sluice runs show ${id}`]
  ])
  const again = await sluice(...command.split(" "))
  expect([again.code, keys.length, again.err.includes("threw Error: secret")]).toStrictEqual([1, 3, true])
}, 30_000)

describe("--changed without partitions", () => {
  it("makes the latest that are stale, and what is missing of selected upstreams that they are made from", async () => {
    const own = program(pipeline(), emptyDirectory())
    expect([await made(own, "materialize", "--changed"), await made(own, "materialize", "--changed")]).toStrictEqual([
      [
        0,
        "  daily_revenue    31 partitions of days: 2024-08-01..2024-08-31",
        "  monthly_revenue  1 partition of months: 2024-08"
      ],
      [0, "  daily_revenue    1 partition of days: 2024-08-31", "    all made before, and made again · 30 kept"]
    ])
  }, 30_000)
})

describe("a run of which some partitions failed", () => {
  beforeAll(async () => {
    failing.add("2024-08-11").add("2024-08-12")
    await changed("materialize", "daily_revenue", "--partition", "2024-08-10..2024-08-13")
    failing.delete("2024-08-11")
  }, 30_000)

  it("is shown with the partitions that it was to make, and those that failed", async () => {
    const { out } = await changed("runs", "show")
    expect(out).toContain("▸ daily_revenue  selected, 4 partitions: 2024-08-10..2024-08-13\n")
    expect(out).toContain("✗ daily_revenue  2024-08-11..2024-08-12 failed: ")
  })

  it("is retried for the partitions that it has not made", async () => {
    expect(await made(changed, "retry")).toStrictEqual([
      1,
      "  daily_revenue  2 partitions of days: 2024-08-11..2024-08-12",
      "    10 kept"
    ])
    failing.clear()
    expect(await made(changed, "retry")).toStrictEqual([
      0,
      "  daily_revenue  1 partition of days: 2024-08-12",
      "    11 kept"
    ])
  }, 30_000)

  it("leaves the asset in state:missing until every partition is made", async () => {
    const { out } = await changed("list", "state:missing", "--json")
    const names = JSON.parse(out).assets.map(({ name }: { readonly name: string }) => name)
    expect(names).toStrictEqual(["daily_revenue", "monthly_revenue"])
    await changed("backfill", "daily_revenue", "monthly_revenue", "--missing", "--stale")
    expect((await changed("list", "state:missing")).code).toBe(2)
  }, 30_000)
})
