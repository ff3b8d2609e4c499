import { StepContext } from "@sluice/core/asset/StepContext"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Batches from "../sql/Batches.ts"
import { list } from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { faultOf, reasonOf } from "./errors.ts"
import * as InfileText from "./InfileText.ts"
import { failedAmong, inserter, type Loader } from "./Loader.ts"
import type { Session } from "./MysqlPool.ts"
import { batcher, type RowBatch } from "./RowBatch.ts"

/**
 * By LOAD DATA LOCAL INFILE, some ten thousand rows a statement: they are in memory before the statement begins, so that no
 * server waits for a slow source. Two statements run at once where the pool has a connection to spare; the next one is made
 * ready meanwhile.
 *
 * LOAD DATA LOCAL changes or leaves out what it cannot store, and only warns. Each statement is therefore a transaction, or
 * stands behind a savepoint of the caller's, and is undone unless every row was written without a warning; its rows are then
 * sent by INSERT, which refuses what is wrong, in the same words as ever. A server that will not have LOAD DATA gets all the
 * rest by INSERT.
 */
export const infileLoader: Loader = Effect.fn("InfileLoader.load")(function* (target) {
  const { inTransaction = false, into, pool, server, session, table } = target
  const doing = inTransaction ? savepoint : transaction
  const step = yield* StepContext
  const columns = Table.columnNames(table)
  const sql = `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${quote(into)} ${InfileText.format} (${list(columns)})`
  const insert = inserter(target, step)
  let refused = false

  const load = Effect.fnUntraced(function* (on: Session, batch: RowBatch) {
    if (!refused) {
      const outcome = yield* Effect.mapError(
        attempt(on, doing, sql, InfileText.packets(batch.text, server.maxPacket), batch.rows),
        failedAmong(table, batch)
      )
      if (outcome === "Exact") return step.progress(batch.rows)
      if (outcome === "Refused") refused = true
    }
    yield* insert(on, batch)
  })

  const own = yield* Effect.makeSemaphore(1)
  const onFreeSession = (batch: RowBatch) =>
    Effect.flatMap(
      own.withPermitsIfAvailable(1)(load(session, batch)),
      Option.match({
        onSome: () => Effect.void,
        onNone: () =>
          Effect.flatMap(
            pool.spare((other) => load(other, batch)),
            Option.match({ onSome: () => Effect.void, onNone: () => own.withPermits(1)(load(session, batch)) })
          )
      })
    )

  let rows = 0
  yield* Batches.sendAll(target.rows, batcher(target), inTransaction ? 1 : sessions, (batch) => {
    rows += batch.rows
    return onFreeSession(batch)
  })
  return { rows, by: refused ? "INSERT" : "LOAD DATA LOCAL INFILE" }
})

/** How many statements fill one table at once: the second one is worth a third of the time, the third one little. */
const sessions = 2

/** How what a statement does is undone; after a deadlock, the server has undone all of a transaction. */
interface Undoing {
  readonly begin: string
  readonly keep: string
  readonly undo: string
  readonly isWhole: boolean
}
const transaction: Undoing = { begin: "START TRANSACTION", keep: "COMMIT", undo: "ROLLBACK", isWhole: true }
const savepoint: Undoing = {
  begin: "SAVEPOINT sluice_rows",
  keep: "RELEASE SAVEPOINT sluice_rows",
  undo: "ROLLBACK TO SAVEPOINT sluice_rows",
  isWhole: false
}

/** Runs one LOAD DATA and undoes it unless it was exact. Fails where INSERTs would fare no better. */
const attempt = (
  { connection, destroy, infile }: Session,
  { begin, isWhole, keep, undo }: Undoing,
  sql: string,
  data: ReadonlyArray<Uint8Array>,
  expected: number
) => {
  const run = (statement: string) => connection.executeUnprepared(statement, [], undefined)
  const rollback = Effect.catchAll(run(undo), () => destroy)
  const once = Effect.gen(function* () {
    yield* run(begin)
    const { rows, warnings } = yield* infile(sql, data)
    const exact = rows === expected && warnings === 0
    yield* run(exact ? keep : undo)
    return exact ? ("Exact" as const) : ("Inexact" as const)
  }).pipe(Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : rollback)))
  return Effect.catchIf(
    isWhole ? Deadlock.retried(once) : once,
    (error) => !hopeless.has(reasonOf(faultOf(error.cause))),
    () => Effect.succeed("Refused" as const)
  )
}

/** Troubles that another statement has as well. */
const hopeless = new Set(["Unreachable", "Conflict", "TimedOut", "DiskFull"])
