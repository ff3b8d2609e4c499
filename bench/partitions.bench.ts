/**
 * Sets of a million partitions, the standing of all partitions of many assets in the embedded store, and plans and runs of many
 * partitions, against ceilings. A time over its ceiling fails the bench, unless it is run with `--small`.
 *
 * `--assets 10000 --runs 9 --appends 20 --planned 1000000 --slices 10000 --canceled 50000`.
 * `--assets 10000 --runs 9 --appends 20 --partitions 1000`.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Signature from "@sluice/core/partition/Signature"
import type { Space } from "@sluice/core/partition/Space"
import * as Standing from "@sluice/core/partition/Standing"
import * as Stored from "@sluice/core/partition/Stored"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { flag, inTurn, report } from "./harness.ts"
import { publishing } from "./PartitionPublish.ts"
import * as PartitionRuns from "./PartitionRuns.ts"

const assets = flag("assets", 10_000, 100)
const runs = flag("runs", 9, 2)
const appends = flag("appends", 20, 2)
const partitions = flag("partitions", 1_000, 50)
const times = 1_000
/** The slices that a run records in a quarter of a second. */
const group = 250

const spaceOf = (set: Partitions.Any, now: number): Space => Either.getOrThrow(set.at({ now }))
const alternate = (size: number, first: number) =>
  Runs.fromRanges(
    size,
    Array.from({ length: Math.ceil(size / 2) }, (_, at) => [at * 2 + first, at * 2 + first + 1])
  )

// A million hours: 1970 to 2084.
const now = Date.UTC(2084, 1, 1)
const hourly = Partitions.hourly("hours", { start: "1970-01-01", timezone: "Europe/Berlin" })
const cold = performance.now()
const hours = spaceOf(hourly, now)
const zoneTable = performance.now() - cold
const keys = Array.from({ length: times }, (_, at) => hours.keyOf(Math.floor((at * hours.size) / times)))
const thousand = Runs.fromRanges(
  hours.size,
  Array.from({ length: 1_000 }, (_, at) => [at * 1_000, at * 1_000 + 500])
)

// A million cells: a thousand days of a thousand shops.
const shops = Partitions.fixed(
  "shops",
  Array.from({ length: 1_000 }, (_, at) => `shop${at}`)
)
const days = Partitions.daily("days", { start: "2020-01-01", end: "2022-09-26" })
const cells = spaceOf(Partitions.product("cells", { day: days, shop: shops }), now)
const [even, odd] = [alternate(cells.size, 0), alternate(cells.size, 1)]

const directory = mkdtempSync(join(tmpdir(), "sluice-bench-partitions-"))
const runtime = ManagedRuntime.make(
  Layer.provide(SqliteStores.layer({ directory: join(directory, "store") }), Layer.succeed(PipelineName, "bench"))
)
const using = <A, E>(use: (store: RunStore["Type"]) => Effect.Effect<A, E>) =>
  runtime.runPromise(Effect.flatMap(RunStore, use))

/** A thousand days of an asset, made and failed by turns. */
const space = spaceOf(days, now)
const set = Signature.of(space)
const made = Stored.of(space, alternate(space.size, 0))
const failed = Stored.of(space, alternate(space.size, 1))
const error = { tag: "WarehouseFailed", message: "The server refused a row.", retryable: true }
const eventsOf = (asset: string): ReadonlyArray<RunEvent> => {
  const about = { runId: "run", at: "2024-08-01T00:00:00.000Z", asset, set }
  return [
    {
      _tag: "PartitionsSucceeded",
      ...about,
      code: "c1",
      slices: [{ partitions: made, durationMillis: 1, metadata: {} }]
    },
    { _tag: "PartitionsFailed", ...about, partitions: failed, error }
  ]
}

try {
  await using((store) =>
    Effect.gen(function* () {
      yield* store.append(
        [
          {
            _tag: "RunStarted",
            runId: "run",
            at: "2024-08-01T00:00:00.000Z",
            selection: "*",
            steps: [],
            tags: {},
            owner: { host: "bench", pid: 1 }
          }
        ],
        0
      )
      for (let at = 0; at < assets; at += 50) {
        const events = Array.from({ length: Math.min(50, assets - at) }, (_, by) => eventsOf(`asset${at + by}`)).flat()
        yield* store.append(events, 1 + at * 2)
      }
    })
  )
  const append = (event: (at: number) => RunEvent) => {
    const runId = `append ${Math.random()}`
    let number = 0
    return () =>
      using((store) =>
        Effect.forEach(
          Array.from({ length: appends }),
          () => {
            const at = number++
            return store.append([{ ...event(at), runId }], at)
          },
          { discard: true }
        )
      )
  }
  const about = { at: "2024-08-01T00:00:00.000Z", asset: "grouped" }
  const sliceAt = (day: number) => ({
    partitions: { unit: "day" as const, cells: { "": [day, day] } },
    durationMillis: 1,
    metadata: { rows: 10 }
  })
  const slices = (at: number) => Array.from({ length: group }, (_, by) => sliceAt(at * group + by))
  const grouped = (at: number): RunEvent => ({
    _tag: "PartitionsSucceeded",
    ...{ runId: "", ...about, set, code: "c1", slices: slices(at) }
  })
  const plain = (at: number): RunEvent => ({ _tag: "StepStarted", ...{ runId: "", ...about, attempt: at } })
  const repeat = (run: (at: number) => unknown) => () => {
    for (let at = 0; at < times; at++) run(at)
  }
  const [building = 0, looking = 0, intersecting = 0, meeting = 0, reading = 0, finding = 0, single = 0, many = 0] =
    await inTurn(
      runs,
      repeat(() => spaceOf(hourly, now)),
      repeat((at) => hours.indexOf(keys[at] ?? "")),
      repeat(() => Runs.intersect(thousand, hours.all)),
      repeat(() => Runs.intersect(even, odd)),
      () => using((store) => store.standings),
      () =>
        using((store) =>
          Effect.map(store.standings, (standings) => {
            for (const standing of standings.values()) Standing.at(space, standing)
          })
        ),
      append(plain),
      append(grouped)
    )
  report("partitions", `a million partitions, ${assets} assets with 1,000 each, medians of ${runs} runs in turn`, [
    { what: "a million hours: table of the zone until 2084, once", unit: "ms", value: zoneTable },
    { what: "a million hours: build", unit: "ms", value: building / times, ceiling: 1 },
    { what: "a million hours: look up a key", unit: "ms", value: looking / times, ceiling: 1 },
    { what: "a million hours: intersect with 1,000 ranges", unit: "ms", value: intersecting / times, ceiling: 1 },
    { what: "a million hours: 1,000 ranges of them", unit: "KB", value: Runs.bytes(thousand) / 1_000, ceiling: 1_000 },
    { what: "a million cells, every other one", unit: "KB", value: Runs.bytes(even) / 1_000, ceiling: 125 },
    { what: "a million cells: intersect", unit: "ms", value: meeting / times, ceiling: 1 },
    { what: `standing of ${assets} assets, made and failed by turns`, unit: "ms", value: reading, ceiling: 300 },
    { what: "the same, and by index in their set", unit: "ms", value: finding },
    {
      what: `append an event of ${group} slices, durably`,
      unit: "ms",
      value: many / appends,
      floor: { what: "an event of a step", value: single / appends }
    },
    ...(await PartitionRuns.figures(directory, {
      runs,
      planned: flag("planned", 1_000_000, 10_000),
      slices: flag("slices", 10_000, 100),
      canceled: flag("canceled", 50_000, 1_000)
    })),
    ...(await publishing(directory, { partitions, runs: Math.min(runs, 3) }))
  ])
} finally {
  await runtime.dispose()
  rmSync(directory, { recursive: true, force: true })
}
