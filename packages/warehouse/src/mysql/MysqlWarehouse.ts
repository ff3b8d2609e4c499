import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import type { Dialect } from "../sql/Dialect.ts"
import type { ErasureGate } from "../sql/ErasureGate.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import * as SqlText from "../sql/SqlText.ts"
import * as TableWrites from "../sql/TableWrites.ts"
import { Warehouse } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Amender from "./Amender.ts"
import type { Administrator, Blockers } from "./Blockers.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { statementFailed } from "./errors.ts"
import type { Loaded, Loader } from "./Loader.ts"
import * as MysqlPartitions from "./MysqlPartitions.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import * as MysqlSelect from "./MysqlSelect.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import * as Publisher from "./Publisher.ts"
import * as SelectSources from "./SelectSources.ts"
import * as SessionTransaction from "./SessionTransaction.ts"
import type { TableLock } from "./TableLock.ts"
import type * as UserQuery from "./UserQuery.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly words: Dialect
  readonly server: MysqlServer
  readonly load: Loader
  readonly locks: TableLock
  readonly blockers: Blockers
  readonly gate: ErasureGate
  readonly pipeline: UserQuery.Account
  /** Undefined if no analyst's account is configured. */
  readonly analyst: UserQuery.Account | undefined
  /** Shows all entries of the accounts. */
  readonly administrator: Administrator | undefined
}

/** Tables and views in one database of MySQL or MariaDB. */
export const make = (options: Options): Warehouse["Type"] => {
  const { pool, words } = options
  const over = <A, E>(session: Session, operation: string, effect: Effect.Effect<A, E | SqlError, SqlClient>) =>
    SqlBatch.translated(words, operation, SessionTransaction.statementsOn(pool, session)(effect))
  const gate: Publisher.Options["gate"] = (session, runId, operation) =>
    over(session, operation, options.gate.pass(runId, operation, { lock: false }))
  /** Uses the pool, before a publisher has a connection. Later it would wait for another one. */
  const here = SqlBatch.over(pool.sql, words)
  const claim = ({ name }: Table.Any | View.Any, operation: string) =>
    here(operation, SqlOwners.claim(words, [name], operation))
  const publishing: Publisher.Options = {
    ...options,
    gate,
    marks: {
      clear: (session, table) =>
        over(
          session,
          `publish ${table}`,
          Effect.zipRight(SqlMarks.clear(words, table), SqlPartitionMarks.clear(words, table))
        ),
      set: (session, table, runId, rows) => over(session, `publish ${table}`, SqlMarks.set(words, table, runId, rows)),
      find: (session, table) => over(session, `publish ${table}`, SqlMarks.find(words, table))
    }
  }

  const publish = <E>(
    table: Table.Any,
    fill: (session: Session, staging: string) => Effect.Effect<Loaded, E, StepContext>
  ) => Effect.map(Publisher.publish(publishing, table, fill), ({ by, rows }) => ({ rows, metadata: { loaded_by: by } }))

  return Warehouse.of({
    ...MysqlPartitions.make({ ...options, gate }),

    ...TableWrites.make({
      dialect: words,

      rows: Effect.fnUntraced(function* (table, rows) {
        yield* claim(table, `publish ${table.name}`)
        const { load, server } = options
        return yield* publish(table, (session, into) => load({ session, pool, server, table, into, rows }))
      }),

      select: Effect.fnUntraced(function* (table, { named, sql }) {
        yield* MysqlSelect.prepare(pool, table, sql)
        yield* claim(table, `publish ${table.name}`)
        return yield* publish(table, (session, into) =>
          Effect.gen(function* () {
            yield* SelectSources.assertOnly(session, table.name, sql, named)
            return { rows: yield* MysqlSelect.fill(session, table, into, { sql }), by: "INSERT SELECT" } as const
          })
        )
      }),

      amend: Effect.fnUntraced(function* (table, changes, by) {
        yield* claim(table, `publish ${table.name}`)
        return yield* Amender.amend(publishing, table, changes, by)
      })
    }),

    publishView: Effect.fn("MysqlWarehouse.publishView")(function* (view) {
      const operation = `publish the view ${view.name}`
      yield* claim(view, operation)
      const create = Deadlock.retried(SqlText.define(Ddl.createView(view, { replace: true })))
      yield* options.blockers.insist([view.name])(here(operation, create))
      return { relation: view }
    }),

    loading: Effect.succeed(
      options.server.localInfile
        ? { by: "LOAD DATA LOCAL INFILE", slower: undefined }
        : {
            by: "INSERT",
            slower: "the server has local_infile off. Its administrator makes loads faster with SET GLOBAL local_infile = ON"
          }
    ),

    open: Effect.fn("MysqlWarehouse.open")(function* (relation) {
      const operation = `open ${relation.name}`
      const found = yield* Effect.mapError(
        pool.sql<{
          readonly name: string
        }>`SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ${relation.name}`,
        statementFailed(operation)
      )
      const again = `Run \`sluice materialize ${relation.name}\`.`
      if (found.length === 0) {
        return yield* new WarehouseFailed({
          reason: "Missing",
          operation,
          detail: `it has not been materialized yet. ${again}`
        })
      }
      const there = new Set(found.map(({ name }) => name))
      const missing = Table.columnNames(relation).filter((name) => !there.has(name))
      if (missing.length > 0) {
        return yield* new WarehouseFailed({
          reason: "Drift",
          operation,
          detail: `it has no column ${missing.map((name) => `"${name}"`).join(", ")}: it was made by another version, or changed by hand. ${again}`
        })
      }
      return { relation }
    })
  })
}
