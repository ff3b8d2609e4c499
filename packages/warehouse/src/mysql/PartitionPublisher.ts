import type { SqlError } from "@effect/sql/SqlError"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Placement from "@sluice/core/partition/Placement"
import type { Slice } from "@sluice/core/partition/Slice"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { rowCount } from "../checks/RowCount.ts"
import type { Dialect } from "../sql/Dialect.ts"
import * as ErasureGate from "../sql/ErasureGate.ts"
import * as SliceSwap from "../sql/SliceSwap.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlCounters from "../sql/SqlCounters.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import type { Settled } from "../sql/StagedSelect.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { CurrentSession } from "./CurrentSession.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { isDuplicate, statementFailed } from "./errors.ts"
import type { Way } from "./Loader.ts"
import type { Session } from "./MysqlPool.ts"
import * as PartitionTable from "./PartitionTable.ts"
import * as Publisher from "./Publisher.ts"
import * as SessionTransaction from "./SessionTransaction.ts"

export interface Options extends Omit<Publisher.Options, "words" | "marks"> {
  readonly words: Dialect
}

/** A slice, and how its staging table is filled. */
export interface Replacement<E> {
  readonly table: Table.Any
  readonly slice: Slice
  readonly placement: Placement.Placement
  /** Whatever must hold before the staging table is made. `staging` is its name. */
  readonly prepare?: (session: Session, staging: string) => Effect.Effect<void, WarehouseFailed>
  /** Fills the staging table, and counts its rows by partition. Fails if a row must not be written. */
  readonly fill: (session: Session, staging: string) => Effect.Effect<Filled, E, StepContext>
}

/** The staged rows of a slice, and how they were loaded. */
export interface Filled extends Settled {
  readonly by: Way
}

/**
 * Replaces the rows of a slice's partitions. On one connection, it fills a staging table and runs the blocking checks on it. Then it
 * takes the table's named lock, and one transaction deletes the old rows, inserts the staged ones, and writes the marks. So writers
 * of different partitions wait for each other only while they commit. During the load it holds a lock named after its staging
 * table. Another process drops a staging table whose lock is free.
 */
export const replace = Effect.fn("PartitionPublisher.replace")(function* <E>(
  options: Options,
  { fill, placement, prepare, slice, table }: Replacement<E>
): Effect.fn.Return<Filled, WarehouseFailed | CheckFailed | E, StepContext> {
  const { blockers, locks, pool, server, words } = options
  const { runId } = yield* StepContext
  const doing = `publish ${table.name}`
  const failed = statementFailed(doing)
  yield* Publisher.demandShortName(table.name, doing)
  const staging = `${table.name}__slice_${yield* Publisher.makeSuffix}`
  const swap = SliceSwap.of(words, { table, slice, placement }, quote(staging))
  const keys = [...slice.keys]
  if (keys.some((key) => key.length > SqlPartitionMarks.longestKey)) return yield* SqlPartitionMarks.keyTooLong(table)
  const over = (session: Session) => SessionTransaction.statementsOn(pool, session)
  const translated = <A, E>(effect: Effect.Effect<A, E | SqlError>) => SqlBatch.translated(words, doing, effect)
  const epochOn = (session: Session) => over(session)(SqlCounters.read(words, ErasureGate.counter, { lock: false }))

  /** The rows that the partitions have, by their marks or counted. */
  const rowsBefore = Effect.fnUntraced(function* (session: Session) {
    const marked = yield* over(session)(SqlPartitionMarks.rowsOf(words, table.name, keys))
    if (marked !== undefined) return marked
    let rows = 0
    for (const { parameters, sql } of swap.count) {
      const [row = []] = yield* session.connection.executeValues(sql, parameters)
      rows += Number(row[0])
    }
    return rows
  })

  /** Makes the table, if it is not there. Nobody else does, since the session has its lock. */
  const ready = Effect.fnUntraced(function* (session: Session) {
    const around = yield* Effect.mapError(Publisher.tablesAround(session, table.name), failed)
    const others = around.filter((name) => name !== table.name && name !== staging)
    const abandoned = yield* Publisher.abandonedOf(locks, session, others, doing)
    if (abandoned.length > 0) yield* Effect.mapError(Publisher.dropTables(session, abandoned), failed)
    const isThere = yield* PartitionTable.ensure(session, words, table)
    if (!isThere || (yield* translated(over(session)(SqlPartitionMarks.areThere(words, table.name))))) return
    const rows = yield* Effect.mapError(
      session.connection.executeValues(`SELECT 1 FROM ${quote(table.name)} LIMIT 1`, []),
      failed
    )
    if (rows.length > 0) return yield* SqlPartitionMarks.notCut(table)
  })

  const commit = Effect.fnUntraced(function* (session: Session, epoch: number, { byKey, rows }: Settled) {
    const { connection } = session
    if ((yield* epochOn(session)) !== epoch) return yield* ErasureGate.outdatedStep(doing)
    const before = yield* rowsBefore(session)
    const mark = yield* over(session)(SqlMarks.find(words, table.name))
    for (const { parameters, sql } of swap.remove) yield* connection.executeRaw(sql, parameters)
    const inserted = connection.executeRaw(swap.insert, [])
    yield* Effect.catchIf(inserted, isDuplicate, swap.explain(connection.executeValues))
    yield* over(session)(SqlPartitionMarks.set(words, table.name, runId, byKey))
    const total =
      mark?.rows === undefined ? yield* Publisher.rowsOf(session, table.name, undefined) : mark.rows - before + rows
    yield* over(session)(SqlMarks.set(words, table.name, runId, total))
  })

  const onSession = Effect.fnUntraced(function* (session: Session) {
    const epoch = yield* translated(epochOn(session))
    const write = Effect.gen(function* () {
      yield* locks.take(session, staging, doing, runId)
      if (prepare !== undefined) yield* prepare(session, staging)
      yield* Effect.mapError(Publisher.execute(session, Ddl.createTable(table, staging, server)), failed)
      const settled = yield* fill(session, staging)
      const before = yield* translated(rowsBefore(session))
      const staged = StepContext.staged(staging, { rows: settled.rows, before }, [rowCount(table)])
      yield* Effect.provideService(staged, CurrentSession, session)
      yield* locks.take(session, table.name, doing, runId)
      yield* options.gate(session, runId, doing)
      yield* ready(session)
      const committed = Deadlock.retried(SessionTransaction.run(session, commit(session, epoch, settled)))
      yield* blockers.insist([table.name])(translated(committed))
      return settled
    })
    // An erasure drops the staging tables of slices, which are read again.
    return yield* Effect.catchAll(write, (error) =>
      Effect.flatMap(
        Effect.orElseSucceed(epochOn(session), () => epoch),
        (now) => Effect.fail(now === epoch ? error : ErasureGate.outdatedStep(doing))
      )
    )
  })
  return yield* Publisher.reserved({ aside: pool.aside, reserve: pool.reserveToPublish }, doing, [staging], onSession)
})
