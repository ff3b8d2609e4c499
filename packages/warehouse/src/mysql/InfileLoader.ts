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
 * Loads by LOAD DATA LOCAL INFILE, some ten thousand rows a statement. They are in memory before the statement begins, so the
 * server never waits for a slow source. Two statements run at once if the pool has a spare connection, while the next one is
 * prepared.
 *
 * LOAD DATA LOCAL changes or skips values that it cannot store, and only warns. So each statement is a transaction, or follows
 * a savepoint of the caller's. It is undone unless every row was written without a warning. Its rows are then sent by INSERT,
 * which refuses invalid rows with the usual error. If a server refuses LOAD DATA, all remaining rows are sent by INSERT.
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

/** Concurrent statements for one table. The second one saves a third of the time, and a third one little more. */
const sessions = 2

/** How to undo a statement. After a deadlock, the server has already undone the whole transaction. */
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

/** Runs one LOAD DATA, and undoes it unless it was exact. Fails if INSERT would fail too. */
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

/** Reasons for which INSERT would fail too. */
const hopeless = new Set(["Unreachable", "Conflict", "TimedOut", "DiskFull"])
