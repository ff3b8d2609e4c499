import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as MemoryStore from "@sluice/warehouse/embedded/MemoryStore"
import * as SqliteQuery from "@sluice/warehouse/embedded/SqliteQuery"
import * as SqliteStore from "@sluice/warehouse/embedded/SqliteStore"
import * as Effect from "effect/Effect"
import { temporaryDirectory } from "./stores.ts"

const named = Effect.provideService(PipelineName, "test")

/** The internal tables, except the record of migrations. */
const internalTables = ({ data }: SqliteStore.SqliteStore) =>
  data.use(({ values }) =>
    values("SELECT sql FROM sensitive.sqlite_master WHERE type = 'table' AND name <> 'sluice_migrations' ORDER BY name", [])
  )

it.scopedLive("a store in memory has the internal tables that all migrations leave in files", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    const migrated = yield* internalTables(yield* SqliteStore.open({ directory }))
    expect(yield* internalTables(yield* MemoryStore.open)).toStrictEqual(migrated)
    expect(migrated.length).toBeGreaterThan(0)
  }).pipe(named)
)

it.scopedLive("each store in memory is its own; an analyst reads what is public in it, and nothing else", () =>
  Effect.gen(function* () {
    const [store, other] = [yield* MemoryStore.open, yield* MemoryStore.open]
    yield* store.data.use(({ run }) => {
      run("CREATE TABLE main.seen AS SELECT 1 AS n", [])
      run("CREATE TABLE sensitive.hidden AS SELECT 2 AS n", [])
    })
    const ask = (of: SqliteStore.SqliteStore, table: string, as: "analyst" | "pipeline") =>
      Effect.either(Effect.map(SqliteQuery.query(of, `SELECT n FROM ${table}`, as), ({ rows }) => rows))
    const answers = yield* Effect.all([
      ask(store, "seen", "analyst"),
      ask(store, "hidden", "analyst"),
      ask(store, "hidden", "pipeline"),
      ask(other, "seen", "pipeline")
    ])
    expect(answers.map((answer) => (answer._tag === "Right" ? answer.right : answer.left.reason))).toStrictEqual([
      [[1]],
      "Missing",
      [[2]],
      "Missing"
    ])
  }).pipe(named)
)
