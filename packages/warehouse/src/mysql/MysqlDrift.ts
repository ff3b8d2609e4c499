import { SqlClient } from "@effect/sql/SqlClient"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import type { OwnSpec } from "../sql/SqlOwners.ts"
import * as SqlText from "../sql/SqlText.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as AccountGrants from "./AccountGrants.ts"
import type { Administrator } from "./Blockers.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import * as GrantDrift from "./GrantDrift.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import * as PipelineRights from "./PipelineRights.ts"
import * as Structure from "./Structure.ts"
import * as StructureDrift from "./StructureDrift.ts"
import * as TableDrift from "./TableDrift.ts"
import type { Account } from "./UserQuery.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly server: MysqlServer
  readonly pipeline: Account
  readonly analyst: Account | undefined
  readonly administrator: Administrator | undefined
}

/**
 * All differences between a database and the pipeline's declarations, without other pipelines' relations. Tables are compared
 * by `information_schema`; their comment shows whether they are as published. Views are compared by the rights that they run
 * with, undeclared views included. Accounts are compared by the grants that `AccountGrants` finds. Of a view's SELECT only the
 * columns are compared, since servers rewrite its text. A dozen statements and, if an analyst is configured, a connection.
 */
export const find = Effect.fn("MysqlDrift.find")(function* (
  options: Options,
  spec: OwnSpec
): Effect.fn.Return<ReadonlyArray<Difference>, WarehouseFailed> {
  const { pool, server } = options
  const ask = (text: string) =>
    Effect.mapError(Effect.provideService(Deadlock.retried(SqlText.values(text)), SqlClient, pool.sql), failed)
  const there = yield* ask(TableDrift.selectTables)
  const relations = new Map(
    there.map(([name, type, comment]) => [String(name), { isView: type === "VIEW", comment: String(comment) }] as const)
  )
  const structures = Structure.ofDatabase(
    yield* ask(Structure.selectColumns),
    yield* ask(Structure.selectIndexes),
    server.collation
  )
  const rights = yield* ask("SELECT table_name, security_type FROM information_schema.views WHERE table_schema = DATABASE()")
  const behaviour = TableDrift.find(spec, there, yield* ask(TableDrift.selectTriggers))
  const declaredTables = [
    ...spec.tables.map((table) => ({ table, declared: Structure.ofTable(table) })),
    ...spec.masks.map((table) => ({ table, declared: Structure.ofMask(table) }))
  ]
  const tables = declaredTables.flatMap(({ table: { name }, declared }): ReadonlyArray<Difference> => {
    const there = relations.get(name)
    const found = structures.get(name)
    if (there === undefined || found === undefined) return []
    if (there.isView) return [kindDiffers(name, "a view", "a table", `DROP VIEW ${quote(name)}`)]
    return StructureDrift.between({ name, found, declared, mark: there.comment, server })
  })
  const views = spec.views.flatMap((view): ReadonlyArray<Difference> => {
    const there = relations.get(view.name)
    if (there === undefined) return []
    if (!there.isView) return [kindDiffers(view.name, "a table", "a view", `DROP TABLE ${quote(view.name)}`)]
    return columnsDiffer(view, [...(structures.get(view.name)?.columns.keys() ?? [])])
  })
  const publicNames = spec.analyst.select.map(({ name }) => name)
  const grants = GrantDrift.find({
    database: options.pipeline.url.database,
    literal: PipelineRights.isLiteral(yield* ask(PipelineRights.selectPartialRevokes)),
    found: yield* AccountGrants.find(options),
    analyst: options.analyst?.url.user,
    readable: publicNames.filter((name) => relations.has(name)),
    mayRead: [...spec.others, ...publicNames]
  })
  return [...tables, ...behaviour, ...views, ...definerViews(spec, rights), ...grants]
})

const failed = statementFailed("compare the database with what is declared")

const kindDiffers = (subject: string, found: string, declared: string, drop: string): Difference => ({
  subject,
  aspect: "kind",
  found,
  declared,
  remedy: drop,
  origin: "outside"
})

/** A replaced view cannot be distinguished from a changed declaration. */
const columnsDiffer = (view: View.Any, found: ReadonlyArray<string>): ReadonlyArray<Difference> => {
  const declared = Object.keys(view.columns)
  return found.join() === declared.join()
    ? []
    : [
        {
          subject: view.name,
          aspect: "columns",
          found: found.join(", "),
          declared: declared.join(", "),
          remedy: `\`sluice materialize ${view.name}\``,
          origin: "declaration"
        }
      ]
}

/** A view with its definer's rights shows its reader rows that the reader may not read. */
const definerViews = (spec: OwnSpec, rights: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<Difference> =>
  rights.flatMap(([name, security]): ReadonlyArray<Difference> => {
    const subject = String(name)
    if (security === "INVOKER" || spec.others.has(subject)) return []
    const view = spec.views.find((declared) => declared.name === subject)
    return [
      {
        subject,
        aspect: "the rights it runs with",
        found: "its definer's",
        declared: view === undefined ? "no such view" : "its reader's",
        remedy: view === undefined ? `DROP VIEW ${quote(subject)}` : Ddl.createView(view, { replace: true }),
        origin: "outside"
      }
    ]
  })
