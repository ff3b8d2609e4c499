import type { SqlError } from "@effect/sql/SqlError"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Batches from "../sql/Batches.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as JsonText from "./JsonText.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteLoader from "./SqliteLoader.ts"
import * as SqliteRow from "./SqliteRow.ts"

/** Fills a staging table, by its name in the schema `temp`, in the caller's transaction, and returns the number of rows. */
export type Fill<E = SpillFailed> = (staging: string) => Effect.Effect<number, WarehouseFailed | SqlError | E>

type Rows = Dataset.Dataset<Readonly<Record<string, unknown>>>

/**
 * Reads the rows of a public table before the transaction that writes them, so that nobody waits for their source. Few rows stay in
 * memory; more go to a temporary database, which ends with the scope.
 */
export const gather = Effect.fnUntraced(function* (
  client: LibsqlClient,
  table: Table.Any,
  rows: Rows,
  atMost: number | undefined,
  progress: (rows: number) => void
): Effect.fn.Return<Fill, WarehouseFailed | SpillFailed | SqlError, Scope.Scope> {
  if (atMost !== undefined && atMost <= quickRows) return yield* gatherFew(client, table, rows, progress)
  const scope = yield* Effect.scope
  const batcher = SqliteLoader.batcher(table)
  const held: Array<SqliteLoader.Batch> = []
  let bytes = 0
  let count = 0
  let insertAside: ((batch: SqliteLoader.Batch) => Effect.Effect<void, SqlError>) | undefined
  let aside: string | undefined

  const open = Effect.gen(function* () {
    const schema = yield* Scope.extend(client.nameless, scope)
    yield* client.use((session) => session.run(Ddl.createTable(table, asideName, schema), []))
    aside = schema
    const insert = SqliteLoader.inserter(client, table, asideName, schema)
    insertAside = insert
    for (const batch of held.splice(0)) yield* insert(batch)
    return insert
  })
  const send = Effect.fnUntraced(function* (batch: SqliteLoader.Batch) {
    progress(batch.rows)
    count += batch.rows
    bytes += batch.json.length
    if (insertAside === undefined && bytes <= heldAtMost) held.push(batch)
    else yield* (insertAside ?? (yield* open))(batch)
  })
  // The text of held batches is still needed after they are sent.
  yield* Batches.sendAll(
    rows,
    { ...batcher, sent: (batch) => (held.includes(batch) ? undefined : batcher.sent(batch)) },
    1,
    send
  )

  return (staging) => {
    if (aside !== undefined) {
      const copy = `INSERT INTO ${Ddl.qualified("temp", staging)} SELECT * FROM ${Ddl.qualified(aside, asideName)}`
      return Effect.as(client.beside(copy), count)
    }
    const insert = Ddl.insertFromJson(table, staging, "temp")
    const run = ({ json }: SqliteLoader.Batch) =>
      json.length <= quickAtMost
        ? client.use((session) => session.run(insert, [json]))
        : Effect.asVoid(client.beside(insert, [json]))
    return Effect.as(Effect.forEach(held, run, { discard: true }), count)
  }
})

/** The same for few rows, without other fibers. */
const gatherFew = Effect.fnUntraced(function* (
  client: LibsqlClient,
  table: Table.Any,
  rows: Rows,
  progress: (rows: number) => void
): Effect.fn.Return<Fill, WarehouseFailed | SpillFailed> {
  const encode = SqliteRow.encoder(table.columns)
  const text = new JsonText.Writer()
  let count = 0
  yield* Dataset.forEachChunk(rows, (chunk) =>
    Effect.suspend(() => {
      for (const row of chunk) {
        const misfit = encode(row, count, text)
        if (misfit !== undefined) return SqliteLoader.misfit(table, misfit)
        count++
      }
      progress(chunk.length)
      return Effect.void
    })
  )
  if (count === 0) return () => Effect.succeed(0)
  const json = text.rows()
  return (staging) =>
    client.use((session) => {
      session.run(Ddl.insertFromJson(table, staging, "temp"), [json])
      return count
    })
})

/**
 * Reads the rows of a sensitive table in the transaction that writes them, since they must not be in a temporary file. Their source
 * has ended before.
 */
export const inTransaction =
  (client: LibsqlClient, table: Table.Any, rows: Rows, progress: (rows: number) => void): Fill =>
  (staging) =>
    SqliteLoader.load(client, table, staging, rows, progress, "temp")

const asideName = "slice"

/** Rows that SQLite writes on the main thread in less time than another thread takes to start on them. */
export const quickRows = 500

/** Bytes of JSON that stay in memory. */
const heldAtMost = 4 * 1024 * 1024

/** Bytes of JSON that SQLite inserts on the main thread in less time than another thread takes to start on them. */
const quickAtMost = 32 * 1024
