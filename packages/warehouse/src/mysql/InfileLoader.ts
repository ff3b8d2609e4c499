import { StepContext } from "@sluice/core/run/StepContext"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Table from "../Table.ts"
import { list } from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { faultOf, reasonOf, statementFailed } from "./errors.ts"
import * as InfileText from "./InfileText.ts"
import { inserter, type Loader } from "./Loader.ts"
import type { Session } from "./MysqlPool.ts"
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
  const { into, pool, session, table } = target
  const step = yield* StepContext
  const columns = Table.columnNames(table)
  const sql = `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${quote(into)} ${InfileText.format} (${list(columns)})`
  const insert = inserter(target, step)
  let refused = false

  const load = Effect.fnUntraced(function* (on: Session, group: Group) {
    if (!refused) {
      const outcome = yield* attempt(on, sql, group).pipe(
        Effect.mapError(
          statementFailed(`publish ${table.name}`, ` among its rows ${group.first} to ${group.first + group.rows - 1}`)
        )
      )
      if (outcome === "Exact") return step.progress(group.rows)
      if (outcome === "Refused") refused = true
    }
    for (const batch of group.batches) yield* insert(on, batch)
  })

  const own = yield* Effect.makeSemaphore(1)
  const onFreeSession = (group: Group) =>
    Effect.flatMap(
      own.withPermitsIfAvailable(1)(load(session, group)),
      Option.match({
        onSome: () => Effect.void,
        onNone: () =>
          Effect.flatMap(
            pool.spare((other) => load(other, group)),
            Option.match({ onSome: () => Effect.void, onNone: () => own.withPermits(1)(load(session, group)) })
          )
      })
    )

  const rows = yield* groups(rowBatches(target), columns.length).pipe(
    Stream.buffer({ capacity: 1 }),
    Stream.mapEffect((group) => Effect.as(onFreeSession(group), group.rows), { concurrency: sessions, unordered: true }),
    Stream.runFold(0, (count, more) => count + more)
  )
  return { rows, by: refused ? "INSERT" : "LOAD DATA LOCAL INFILE" }
})

/** How many statements fill one table at once: the second one is worth a third of the time, the third one little. */
const sessions = 2
const rowsPerStatement = 10_000
const bytesPerStatement = 8 * 1024 * 1024

/** What one LOAD DATA takes: batches, and the text that says the same. */
interface Group {
  readonly first: number
  readonly rows: number
  readonly batches: ReadonlyArray<RowBatch>
  readonly data: ReadonlyArray<Uint8Array>
}

const groups = <E, R>(batches: Stream.Stream<RowBatch, E, R>, width: number): Stream.Stream<Group, E, R> =>
  Stream.suspend(() => {
    let pending: Array<RowBatch> = []
    let rows = 0
    let bytes = 0
    const cut = (): ReadonlyArray<Group> => {
      if (pending.length === 0) return []
      const data = pending.map(({ cells }) => InfileText.encode(cells, width))
      const group = { first: pending[0]?.first ?? 0, rows, batches: pending, data }
      pending = []
      rows = 0
      bytes = 0
      return [group]
    }
    const add = (batch: RowBatch): ReadonlyArray<Group> => {
      const full = rows + batch.rows > rowsPerStatement || bytes + batch.bytes > bytesPerStatement ? cut() : []
      pending.push(batch)
      rows += batch.rows
      bytes += batch.bytes
      return full
    }
    return batches.pipe(Stream.map(add), Stream.concat(Stream.sync(cut)), Stream.flattenIterables)
  })

/** Runs one LOAD DATA and undoes it unless it was exact. Fails where INSERTs would fare no better. */
const attempt = ({ connection, destroy, infile }: Session, sql: string, group: Group) => {
  const run = (statement: string) => connection.executeUnprepared(statement, [], undefined)
  const rollback = Effect.catchAll(run("ROLLBACK"), () => destroy)
  const once = Effect.gen(function* () {
    yield* run("START TRANSACTION")
    const { rows, warnings } = yield* infile(sql, group.data)
    const exact = rows === group.rows && warnings === 0
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
