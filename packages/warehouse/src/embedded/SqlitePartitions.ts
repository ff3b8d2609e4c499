import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { rowCount } from "../checks/RowCount.ts"
import type { PartitionedTables } from "../PartitionedTables.ts"
import { type ErasureGate, outdatedRun, outdatedStep } from "../sql/ErasureGate.ts"
import * as PartitionCuts from "../sql/PartitionCuts.ts"
import * as PartitionWrites from "../sql/PartitionWrites.ts"
import * as SliceSwap from "../sql/SliceSwap.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as FileTimes from "./FileTimes.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as Fault from "./LibsqlFault.ts"
import type { Session } from "./LibsqlSession.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqlitePartitionMarks from "./SqlitePartitionMarks.ts"
import * as SqliteSelect from "./SqliteSelect.ts"
import * as SliceRows from "./SqliteSliceRows.ts"
import type { SqliteStore } from "./SqliteStore.ts"
import * as SqliteStructure from "./SqliteStructure.ts"
import * as SqliteTables from "./SqliteTables.ts"

/** A slice that is about to be written, and how its staging table is filled. */
interface Replacement<E> extends PartitionWrites.Write {
  /** The number of erasures when the first row was read. */
  readonly epoch: number
  readonly fill: SliceRows.Fill<E>
  /** Whether there may be many rows, which take long and are sorted in a file. Few are committed along with others. */
  readonly many: () => boolean
}

/**
 * Replaces partitions in an embedded store. Rows are gathered first. Then one transaction stages them in a temporary table, has them
 * checked, and puts them in the place of the old ones. The temporary table is made once a connection.
 */
export const make = (store: SqliteStore, gate: ErasureGate): PartitionedTables => {
  const { records } = store.words
  const client = store.data
  const driver = SqliteTables.driver(client)
  const marks = SqlitePartitionMarks.make(records)
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, client.sql)

  /** What must hold before anything is written. Returns whether the relation has still to be claimed. */
  const begin = (
    session: Session,
    runId: string,
    { epoch, table }: Replacement<unknown>
  ): Either.Either<boolean, WarehouseFailed> => {
    const operation = `publish ${table.name}`
    const owner = marks.ownerOf(session, table.name)
    if (owner !== undefined && owner !== records.pipeline) return Either.right(true)
    if ((group.seen() ?? marks.epoch(session)) !== epoch) return Either.left(outdatedStep(operation))
    if (!gate.isOpen(runId, epoch)) return Either.left(outdatedRun(operation))
    const there = SqliteStructure.ensure(session, records, table)
    if (Either.isLeft(there)) return Either.left(there.left)
    if (there.right && !marks.areThere(session, table.name) && hasRows(session, table)) {
      return Either.left(SqlPartitionMarks.notCut(table))
    }
    // It is empty: every publish empties it. A transaction whose temporary data goes to a file drops it before.
    session.run(stagingOf(table).create, [])
    return Either.right(owner === undefined)
  }

  const write = <E>(replacement: Replacement<E>) =>
    Effect.gen(function* () {
      const { fill, settle, table } = replacement
      const { runId } = yield* StepContext
      const operation = `publish ${table.name}`
      const { name: staging, qualified: staged, standing } = stagingOf(table)
      const begun = yield* client.use((session) => begin(session, runId, replacement))
      if (Either.isLeft(begun)) return yield* begun.left
      if (begun.right) yield* here(SqlOwners.claim(records, [table.name], operation))
      const { byKey, rows } = yield* settle({ from: staged, filled: yield* fill(staging), driver })
      const swap = SliceSwap.of(records, replacement, staged)
      const before = yield* client.use(
        (session) =>
          marks.rowsOf(
            session,
            table.name,
            byKey.map(([key]) => key)
          ) ?? swap.count.reduce((sum, { parameters, sql }) => sum + countOf(session, sql, parameters), 0)
      )
      yield* StepContext.staged(staging, { rows, before }, standing)
      const statements = [
        ...swap.remove,
        { sql: swap.insert, parameters: [] },
        { sql: `DELETE FROM ${staged}`, parameters: [] }
      ]
      const isMany = replacement.many() || before > SliceRows.quickRows
      const stored = client.use((session) => {
        if (!isMany) for (const { parameters, sql } of statements) session.run(sql, parameters)
        marks.set(session, table.name, runId, byKey)
        const total = marks.totalOf(session, table.name)
        const counted =
          total === undefined
            ? countOf(session, `SELECT COUNT(*) FROM ${records.relation(table)}`, [])
            : total - before + rows
        marks.setTotal(session, table.name, runId, counted)
      })
      const moved = Effect.forEach(isMany ? statements : [], ({ parameters, sql }) => client.beside(sql, parameters), {
        discard: true
      })
      yield* Effect.catchIf(Effect.zipRight(moved, stored), isDuplicate, swap.explain(driver.values))
      return rows
    })

  const advance = FileTimes.advance(client, "publish partitions")
  const group = GroupCommit.make(client, Effect.zipRight(advance, client.use(marks.epoch)))
  const replace = <E>(replacement: Replacement<E>) => {
    const { many, table } = replacement
    const written = write(replacement)
    const aside = table.visibility === "public" ? "file" : "memory"
    const committed = many() ? client.withTransaction(Effect.zipRight(advance, written), { aside }) : group.run(written)
    return SqlBatch.translated(records, `publish ${table.name}`, committed)
  }

  /** Does not wait for the transaction that is open now, so that the next one has more partitions. */
  const epochNow = (operation: string) =>
    Effect.suspend(() => {
      const seen = group.seen()
      return seen === undefined ? client.use(marks.epoch) : Effect.succeed(seen)
    }).pipe(Effect.mapError((error) => Fault.translate(operation, error)))

  return {
    ...PartitionCuts.make(SqliteTables.make(store)),
    ...PartitionWrites.make({
      dialect: records,

      rows: Effect.fnUntraced(function* (write, { placed, source }) {
        const { table } = write
        const step = yield* StepContext
        const operation = `publish ${table.name}`
        const epoch = yield* epochNow(operation)
        const many = () => source.size === undefined || placed.tally.inside() > SliceRows.quickRows
        const replaced = (fill: SliceRows.Fill) => replace({ ...write, epoch, fill, many })
        const { progress } = step
        const rows = yield* table.visibility === "public"
          ? Effect.scoped(
              Effect.flatMap(
                SqlBatch.translated(records, operation, SliceRows.gather(client, table, placed.rows, source.size, progress)),
                replaced
              )
            )
          : Effect.zipRight(source.awaitComplete, replaced(SliceRows.inTransaction(client, table, placed.rows, progress)))
        return { rows }
      }),

      select: Effect.fnUntraced(function* (write, { parameters, sql: bound }) {
        const { table } = write
        const epoch = yield* epochNow(`publish ${table.name}`)
        const sql = yield* SqliteSelect.prepare(store, table, bound)
        const fill = (staging: string) => SqliteSelect.fill(client, table, staging, { sql, parameters, schema: "temp" })
        const many = () => true
        const rows = yield* replace({ ...write, epoch, fill, many })
        yield* StepContext.progress(rows)
        return { rows }
      })
    })
  }
}

interface Staging {
  /** A check must find it by its name alone, so it is no name of a declared or other staging table. */
  readonly name: string
  readonly qualified: string
  readonly create: string
  /** The checks that every table has. */
  readonly standing: ReadonlyArray<AssetCheck.Any>
}

const known = new WeakMap<Table.Any, Staging>()

/** The temporary table of a declaration. Two declarations of one name have two. */
const stagingOf = (table: Table.Any): Staging => {
  const found = known.get(table)
  if (found !== undefined) return found
  const hash = /sluice:([0-9a-f]{8})/.exec(Ddl.createTable(table, table.name))?.[1] ?? ""
  const name = `${table.name}__slice_${hash}`
  const create = Ddl.createTable(table, name, "temp").replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
  const staging = { name, qualified: Ddl.qualified("temp", name), create, standing: [rowCount(table)] }
  known.set(table, staging)
  return staging
}

const hasRows = (session: Session, table: Table.Any): boolean =>
  session.values(`SELECT 1 FROM ${Ddl.qualified(Ddl.schemaOf(table), table.name)} LIMIT 1`, []).length > 0

const countOf = (session: Session, sql: string, parameters: ReadonlyArray<string | number>): number =>
  Number(session.values(sql, parameters)[0]?.[0])

const isDuplicate = (error: SqlError): boolean => Fault.isDuplicate(Fault.of(error))
