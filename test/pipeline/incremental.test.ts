import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Selection from "@sluice/core/graph/Selection"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { describe, expect, it } from "vitest"
import * as databases from "../../packages/warehouse/test/mysql/databases.ts"
import { flavours, isAvailable } from "../servers/TestServers.ts"
import { cases, isFull } from "../setup/size.ts"
import * as History from "./History.ts"
import * as PagedApi from "./PagedApi.ts"
import * as Runs from "./Runs.ts"

/**
 * The law of incremental reading: after any history, the incrementally loaded tables equal those of a full run into a store
 * that has never seen the source. The data versions equal those of a full run.
 */

const spark = Layer.succeed(PipelineName, "spark")

type Stores = Layer.Layer<Layer.Layer.Success<ReturnType<typeof SqliteStores.layer>>, WarehouseFailed>

/** A fresh embedded store, deleted with the scope. */
const embedded: Stores = Layer.unwrapScoped(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "sluice-incremental-"))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
    ),
    (directory) => Layer.provide(SqliteStores.layer({ directory: join(directory, "store") }), spark)
  )
)

/** The tables of a full run into a fresh store in which the same people were erased. */
const loadedAnew = (url: string, erased: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* Effect.forEach(erased, Runs.erase)
    const { status } = yield* Runs.run(url)
    // A source with too many bad rows is not loaded at all.
    return { status, contents: status === "succeeded" ? yield* Runs.contents : undefined }
  }).pipe(Effect.provide(Layer.fresh(embedded)))

/** Runs a history, and compares after each step. Returns the number of incremental readings. */
const live = (history: History.History, api: PagedApi.PagedApi) =>
  Effect.gen(function* () {
    const erased: Array<string> = []
    let ofChanges = 0
    History.begin(history, api)
    yield* Runs.run(api.url)
    for (const [at, step] of history.steps.entries()) {
      for (const change of step) {
        if (change.what !== "erase") History.apply(change, api)
        else {
          const id = String(History.pick(api.users, change)?.["id"])
          erased.push(id)
          yield* Runs.erase(id)
        }
      }
      const ran = yield* Runs.run(api.url)
      const contents = ran.status === "succeeded" ? yield* Runs.contents : undefined
      ofChanges += ran.changed.filter((pages) => pages !== undefined).length
      expect({ status: ran.status, contents }).toEqual(yield* loadedAnew(api.url, erased))
      if (at === 1) {
        const full = yield* Runs.run(api.url, { full: true })
        expect([full.changed, full.versions]).toEqual([[undefined, undefined], ran.versions])
      }
    }
    return ofChanges
  })

/** Tests the law on random histories. At less than full size they are always the same ones. */
const holds = (stores: Stores, numRuns: number) =>
  Effect.gen(function* () {
    const api = yield* PagedApi.make
    let ofChanges = 0
    const property = FastCheck.asyncProperty(History.arbitrary, async (history) => {
      ofChanges += await Effect.runPromise(
        Effect.provide(live(history, api), Layer.merge(Layer.fresh(stores), Logger.minimumLogLevel(LogLevel.None)))
      )
    })
    yield* Effect.promise(() =>
      FastCheck.assert(property, {
        numRuns,
        interruptAfterTimeLimit: 240_000,
        ...(isFull ? {} : { seed: 1 })
      })
    )
    return ofChanges
  }).pipe(Effect.scoped, Effect.runPromise)

it("on the embedded store, changes loaded one after another come to what a full run loads", {
  timeout: 290_000
}, async () => {
  const runs = cases(15)
  // If everything were read every time, the law would hold trivially.
  expect(await holds(embedded, runs)).toBeGreaterThan(runs)
})

it("where the remembered reading is newer than a table, as after a crash or a run of some assets, everything is read", async () => {
  const story = Effect.gen(function* () {
    const api = yield* PagedApi.make
    History.begin({ tagged: true, users: 20, messages: 20, steps: [] }, api)
    yield* Runs.run(api.url)
    api.users = api.users.with(3, PagedApi.userOf(3, { country: "Malta" }))
    const some = yield* Runs.run(api.url, { select: Selection.name("subscriptions_raw") })
    const all = yield* Runs.run(api.url)
    expect([some.changed, all.changed]).toEqual([
      [1, undefined],
      [undefined, 0]
    ])
    expect(yield* Runs.contents).toEqual((yield* loadedAnew(api.url, [])).contents)
  })
  await Effect.runPromise(Effect.provide(Effect.scoped(story), Layer.fresh(embedded)))
})

it("what is remembered of a source does not hold its address, and is gone after an erasure", async () => {
  const story = Effect.gen(function* () {
    const api = yield* PagedApi.make
    const { query } = yield* WarehouseReader
    const remembered = Effect.all([
      query("SELECT known_by, version FROM sluice_source_pages", "pipeline"),
      query("SELECT contents FROM sluice_page_rows", "pipeline")
    ])
    History.begin({ tagged: true, users: 20, messages: 20, steps: [] }, api)
    yield* Runs.run(api.url)
    const [pages, rows] = yield* remembered
    const text = JSON.stringify(pages.rows)
    expect([pages.rows.length > 0, rows.rows.length > 0]).toEqual([true, true])
    for (const part of [new URL(api.url).host, "/users", "page=", "limit="]) expect(text).not.toContain(part)
    yield* Runs.erase(String(api.users[3]?.["id"]))
    expect((yield* remembered).map((answer) => answer.rows)).toEqual([[], []])
    expect((yield* Runs.run(api.url)).changed).toEqual([undefined, undefined])
    expect((yield* Runs.run(api.url)).changed).toEqual([0, 0])
  })
  await Effect.runPromise(Effect.provide(Effect.scoped(story), Layer.fresh(embedded)))
})

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(flavour, () => {
    it("changes loaded one after another come to what a full run loads", { timeout: 290_000 }, async () => {
      const stores = Layer.unwrapEffect(Effect.map(databases.make(flavour), (database) => databases.stores(database)))
      const runs = cases(4)
      expect(await holds(stores, runs)).toBeGreaterThan(runs)
    })
  })
}
