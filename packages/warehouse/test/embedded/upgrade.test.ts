import { copyFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import { SourcePages } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as SqliteHistory from "@sluice/warehouse/embedded/SqliteHistory"
import * as SqliteProvisioner from "@sluice/warehouse/embedded/SqliteProvisioner"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import * as Effect from "effect/Effect"
import { added, addedRecords, earlier, earlierRuns, migratedRow, owners, unpartitioned } from "../contract/earlier.ts"
import { everything } from "../contract/people.ts"
import { forPipeline } from "../contract/pipelines.ts"
import { at, daysOf, partitionsMade } from "../contract/runEvents.ts"
import { stores, temporaryDirectory } from "./stores.ts"

const files = ["public.db", "sensitive.db", "history.db"] as const

/** A store of the version before rows were kept by pipeline. */
const earlierStore = Effect.map(temporaryDirectory, (root) => {
  const directory = join(root, "store")
  mkdirSync(directory, { mode: 0o700 })
  for (const file of files) copyFileSync(earlier(file), join(directory, file))
  return directory
})

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** The definition and the rows of each table of a store, by file and name. */
const contents = (directory: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const all = new Map<string, { readonly sql: unknown; readonly rows: Rows }>()
      for (const file of files) {
        const { use } = yield* LibsqlClient.make({ path: join(directory, file) })
        yield* use(({ values }) => {
          const tables = values("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name", [])
          for (const [name, sql] of tables) {
            all.set(`${file}: ${String(name)}`, { sql, rows: values(`SELECT * FROM "${String(name)}" ORDER BY rowid`, []) })
          }
        })
      }
      return all
    })
  )

const runs = Effect.flatMap(RunStore, earlierRuns)
const expectedRuns = ["20240102-000000-bbbb running", "20240101-000000-aaaa succeeded"]
const ownersTable = "sensitive.db: sluice_owners"
const isInternal = (name: string) => /: (sluice_|quarantine)/.test(name) && !name.endsWith("migrations")

it.scopedLive("a store of an earlier version is brought up to date, and its rows are the only pipeline's", () =>
  Effect.gen(function* () {
    const directory = yield* earlierStore
    const before = yield* contents(directory)
    const starts = [1, 2, 3].map(() => Effect.provide(runs, stores(directory)))
    expect(yield* Effect.all(starts, { concurrency: "unbounded" })).toEqual(starts.map(() => expectedRuns))
    const after = yield* contents(directory)
    const rows = (all: typeof after) => new Map([...all].map(([name, table]) => [name, table.rows]))
    const keyed = [...rows(before)].map(
      ([name, all]) => [name, isInternal(name) ? all.map((row) => migratedRow(name, row)) : all] as const
    )
    const kept = new Map([...rows(after)].filter(([name]) => !name.endsWith("migrations")))
    kept.set(ownersTable, [...(kept.get(ownersTable) ?? [])].sort())
    const empty = [
      ...[...added].map(([table, none]) => [`history.db: ${table}`, none] as const),
      ...[...addedRecords].map(([table, none]) => [`sensitive.db: ${table}`, none] as const)
    ]
    expect(kept).toEqual(new Map([...keyed, ...empty, [ownersTable, owners]]))

    const fresh = join(yield* temporaryDirectory, "store")
    yield* Effect.provide(Effect.void, stores(fresh))
    for (const [name, { sql }] of yield* contents(fresh)) expect([name, after.get(name)?.sql]).toEqual([name, sql])
  })
)

it.scopedLive("the history of the version before partitions is brought up to date, and nothing of it is lost", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    mkdirSync(directory, { mode: 0o700 })
    copyFileSync(unpartitioned, join(directory, "history.db"))
    const known = Effect.gen(function* () {
      const store = yield* RunStore
      const open = yield* store.openSteps("20240102-000000-bbbb")
      const made = (yield* store.history("a", 9)).map(({ metadata, runId }) => [runId, metadata["rows"]])
      return [yield* earlierRuns(store), open, made, yield* store.cancelRequested("20240102-000000-bbbb")]
    })
    const starts = [1, 2, 3].map(() => Effect.provide(known, stores(directory)))
    const expected = [
      expectedRuns,
      [{ asset: "b", action: "load" }],
      [
        ["20240102-000000-bbbb", 2],
        ["20240101-000000-aaaa", 1]
      ],
      false
    ]
    expect(yield* Effect.all(starts, { concurrency: "unbounded" })).toEqual(starts.map(() => expected))
    const fresh = join(yield* temporaryDirectory, "store")
    yield* Effect.provide(Effect.void, stores(fresh))
    const upgraded = yield* contents(directory)
    for (const [name, { sql }] of yield* contents(fresh)) expect([name, upgraded.get(name)?.sql]).toEqual([name, sql])
  })
)

it.scopedLive("the partitions of backfills that an earlier version recorded are counted", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    const started: RunEvent = {
      ...{ _tag: "RunStarted", runId: "b1", at, selection: "a", tags: {}, owner: { host: "here", pid: 1 }, backfill: true },
      steps: [{ asset: "a", action: "materialize", reason: { _tag: "Selected" }, after: [], partitionCount: 9 }]
    }
    const made = partitionsMade("b1", "a", [daysOf(1, 1), daysOf(2, 2)])
    const record = Effect.flatMap(RunStore, (store) => store.append([started, made], 0))
    yield* Effect.provide(record, stores(directory))
    const earlier = [
      "DELETE FROM sluice_history_migrations WHERE migration_id = 3",
      ...["partitions", ...["made", "failed", "skipped"].map((state) => `partitions_${state}`)].map(
        (column) => `ALTER TABLE sluice_runs DROP COLUMN ${column}`
      )
    ]
    yield* Effect.scoped(
      Effect.flatMap(LibsqlClient.make({ path: join(directory, "history.db") }), ({ use }) =>
        use(({ values }) => {
          for (const statement of earlier) values(statement, [])
        })
      )
    )
    const counted = Effect.flatMap(RunStore, (store) => store.runs(9))
    const starts = [1, 2].map(() => Effect.provide(counted, stores(directory)))
    const found = (yield* Effect.all(starts, { concurrency: "unbounded" })).flat().map(({ partitions }) => partitions)
    const expected = { total: 9, made: 2, failed: 0, skipped: 0 }
    expect(found).toEqual([expected, expected])
  })
)

it.scopedLive("what an earlier version remembered is known: who was erased, pages, masks and the quarantine", () =>
  Effect.gen(function* () {
    const directory = yield* earlierStore
    const known = Effect.gen(function* () {
      const { has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin("next"))
      const pages = yield* SourcePages
      const { cities, jobs, people, quarantine } = yield* everything
      return {
        erased: ["ada_lovelace", "bob"].map((id) => has?.(id)),
        pages: (yield* pages?.load("people") ?? Effect.succeed(undefined))?.version,
        counts: [cities, jobs, people, quarantine].map(({ length }) => length)
      }
    })
    expect(yield* Effect.provide(known, stores(directory))).toEqual({
      erased: [true, false],
      pages: "v1",
      counts: [1, 1, 1, 1]
    })
    expect(
      yield* Effect.provide(
        Effect.flatMap(Suppressions, ({ begin }) => begin("next")),
        stores(directory, {}, "shop")
      )
    ).toEqual({
      epoch: 0,
      has: undefined
    })
  })
)

// Regression: `provision` said that nothing was missing after it had migrated the store.
it.scopedLive("provisioning a store of an earlier version brings it up to date, and says so once", () =>
  Effect.gen(function* () {
    const layer = forPipeline()(SqliteProvisioner.layer({ directory: yield* earlierStore }))
    const nothing = { tables: [], masks: [], views: [], analyst: { select: [] } }
    const provision = Effect.provide(
      Effect.flatMap(Provisioner, (service) => service.provision(nothing)),
      layer
    )
    expect([yield* provision, yield* provision]).toEqual([
      ["brought the internal tables of an earlier version up to date"],
      []
    ])
  })
)

it.scopedLive("what only reads refuses a store of an earlier version, and changes nothing", () =>
  Effect.gen(function* () {
    const directory = yield* earlierStore
    const before = yield* contents(directory)
    const openings = [
      SqliteStores.reading({ directory }),
      SqliteStores.reading({ directory, readOnly: true }),
      SqliteHistory.layer({ directory })
    ]
    for (const opening of openings) {
      const refused = yield* Effect.flip(Effect.provide(runs, forPipeline()(opening)))
      expect(refused.message).toBe(
        "Could not use the store: an earlier version of this program made its internal tables. Run `sluice provision` (on a server, with DATABASE_ADMIN_URL), which brings them up to date and keeps what is in them; the next run does so, too."
      )
    }
    expect(yield* contents(directory)).toEqual(before)
  })
)

it.scopedLive("a store that a later version made is refused by whatever opens it", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    yield* Effect.provide(Effect.void, stores(directory))
    yield* Effect.scoped(
      Effect.flatMap(LibsqlClient.make({ path: join(directory, "history.db") }), ({ use }) =>
        use(({ run }) => run("INSERT INTO sluice_history_migrations (migration_id, name) VALUES (7, 'later')", []))
      )
    )
    const openings = [
      SqliteStores.layer({ directory }),
      SqliteStores.reading({ directory }),
      SqliteHistory.layer({ directory })
    ]
    for (const opening of openings) {
      const refused = yield* Effect.flip(Effect.provide(runs, forPipeline()(opening)))
      expect(refused.message).toBe(
        "Could not use the store: a later version of this program made its internal tables (version 7; this one knows 3). Use that version."
      )
    }
  })
)
