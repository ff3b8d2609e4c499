import { StepContext } from "@sluice/core/run/StepContext"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Table from "../Table.ts"
import { list } from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { faultOf, reasonOf } from "./errors.ts"
import * as InfileText from "./InfileText.ts"
import { failedAmong, inserter, type Loader } from "./Loader.ts"
import type { Session } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import { type RowBatch, rowBatches } from "./RowBatch.ts"

/**
 * By LOAD DATA LOCAL INFILE, some ten thousand rows a statement: they are in memory before the statement begins, so that no
 * server waits for a slow source. Two statements run at once where the pool has a connection to spare; the next one is made
 * ready meanwhile.
 *
 * LOAD DATA LOCAL changes or leaves out what it cannot store, and only warns. Each statement is therefore a transaction,
 * undone unless every row was written without a warning; its rows are then sent by INSERT, which refuses what is wrong, in
 * the same words as ever. A server that will not have LOAD DATA gets all the rest by INSERT.
 */
export const infileLoader: Loader = Effect.fn("InfileLoader.load")(function* (target) {
  const { into, pool, server, session, table } = target
  const step = yield* StepContext
  const columns = Table.columnNames(table)
  const sql = `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${quote(into)} ${InfileText.format} (${list(columns)})`
  const insert = inserter(target, step)
  let refused = false

  const load = Effect.fnUntraced(function* (on: Session, batch: RowBatch) {
    if (!refused) {
      const outcome = yield* Effect.mapError(attempt(on, sql, batch, server), failedAmong(table, batch))
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

  const rows = yield* rowBatches(target).pipe(
    Stream.mapEffect((batch) => Effect.as(onFreeSession(batch), batch.rows), { concurrency: sessions }),
    Stream.runFold(0, (count, more) => count + more)
  )
  return { rows, by: refused ? "INSERT" : "LOAD DATA LOCAL INFILE" }
})

/** How many statements fill one table at once: the second one is worth a third of the time, the third one little. */
const sessions = 2

/** Runs one LOAD DATA and undoes it unless it was exact. Fails where INSERTs would fare no better. */
const attempt = ({ connection, destroy, infile }: Session, sql: string, batch: RowBatch, { maxPacket }: MysqlServer) => {
  const run = (statement: string) => connection.executeUnprepared(statement, [], undefined)
  const rollback = Effect.catchAll(run("ROLLBACK"), () => destroy)
  const once = Effect.gen(function* () {
    yield* run("START TRANSACTION")
    const { rows, warnings } = yield* infile(sql, InfileText.packets(batch.text, maxPacket))
    const exact = rows === batch.rows && warnings === 0
    yield* exact ? run("COMMIT") : run("ROLLBACK")
    return exact ? ("Exact" as const) : ("Inexact" as const)
  }).pipe(Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : rollback)))
  return Effect.catchIf(
    Deadlock.retried(once),
    (error) => !hopeless.has(reasonOf(faultOf(error.cause))),
    () => Effect.succeed("Refused" as const)
  )
}

/** Troubles that another statement has as well. */
const hopeless = new Set(["Unreachable", "Conflict", "TimedOut", "DiskFull"])
