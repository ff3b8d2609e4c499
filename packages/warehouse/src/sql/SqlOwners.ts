import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Difference } from "../checks/Difference.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import * as SqlText from "./SqlText.ts"

/** The table that records each relation's owner, a pipeline. Analysts cannot read it. */
export const tableName = "sluice_owners"

/** The owner of each relation, by the relation's name; empty if the table does not exist. */
export const all = Effect.fn("SqlOwners.all")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<ReadonlyMap<string, string>, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  if ((yield* SqlText.columnNames(dialect, tableName)).length === 0) return new Map()
  const rows = yield* SqlRows.all(Row, sql`SELECT relation, pipeline FROM ${sql.literal(dialect.table(tableName))}`)
  return new Map(rows.map(({ pipeline, relation }) => [relation, pipeline]))
})

/** A specification without the relations of other pipelines. */
export interface OwnSpec extends WarehouseSpec {
  /** The relations of other pipelines, declared here or not. */
  readonly others: ReadonlySet<string>
  /** One difference for each declared relation that another pipeline owns. */
  readonly differences: ReadonlyArray<Difference>
}

/** The names of all existing tables, except those that other pipelines own. */
export const presentOf = Effect.fn("SqlOwners.presentOf")(function* ({
  dialect,
  present
}: {
  readonly dialect: PipelineDialect
  readonly present: Effect.Effect<ReadonlySet<string>, SqlError>
}): Effect.fn.Return<ReadonlySet<string>, SqlError | WarehouseFailed, SqlClient> {
  const owners = yield* all(dialect)
  return new Set([...(yield* present)].filter((name) => (owners.get(name) ?? dialect.pipeline) === dialect.pipeline))
})

/** Removes the relations of other pipelines from a specification. */
export const ownOf = Effect.fn("SqlOwners.ownOf")(function* (
  dialect: PipelineDialect,
  { analyst, masks, tables, views }: WarehouseSpec
): Effect.fn.Return<OwnSpec, SqlError | WarehouseFailed, SqlClient> {
  const owners = yield* all(dialect)
  const ownerElsewhere = (name: string) => {
    const owner = owners.get(name)
    return owner === dialect.pipeline ? undefined : owner
  }
  const own = <A extends { readonly name: string }>(relations: ReadonlyArray<A>) =>
    relations.filter(({ name }) => ownerElsewhere(name) === undefined)
  return {
    tables: own(tables),
    masks: own(masks),
    views: own(views),
    analyst: { select: own(analyst.select) },
    others: new Set([...owners.keys()].filter((name) => ownerElsewhere(name) !== undefined)),
    differences: [...tables, ...masks, ...views].flatMap(({ name }): ReadonlyArray<Difference> => {
      const owner = ownerElsewhere(name)
      if (owner === undefined) return []
      return [
        {
          subject: name,
          aspect: "owner",
          found: `the pipeline "${owner}"`,
          declared: `the pipeline "${dialect.pipeline}"`,
          remedy: `give the relation of "${dialect.pipeline}" another name; or, if it is now a part of "${dialect.pipeline}", run \`sluice provision --adopt-from ${owner}\``,
          origin: "outside"
        }
      ]
    })
  }
})

/**
 * Makes the pipeline the owner of relations that have none. Fails if another pipeline owns one of them; relations before it
 * stay claimed. If several pipelines claim a relation at once, one gets it.
 */
export const claim = Effect.fn("SqlOwners.claim")(function* (
  dialect: PipelineDialect,
  relations: ReadonlyArray<string>,
  operation: string
): Effect.fn.Return<void, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { pipeline } = dialect
  const before = yield* all(dialect)
  yield* refuseOthers(dialect, before, relations, operation)
  const free = relations.filter((relation) => !before.has(relation))
  if (free.length === 0) return
  const rows = free.map((relation) => ({ relation, pipeline }))
  yield* sql`${sql.literal(`${dialect.insertIgnore} ${dialect.table(tableName)}`)} ${sql.insert(rows)}`
  yield* refuseOthers(dialect, yield* all(dialect), free, operation)
})

/** Gives relations to another pipeline, in the caller's transaction. */
export const handOver = (
  from: PipelineDialect,
  to: PipelineDialect,
  relations: ReadonlyArray<string>
): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const owners = sql.literal(to.table(tableName))
    const theirs = sql`pipeline = ${from.pipeline} AND ${sql.in("relation", relations)}`
    return Effect.asVoid(sql`UPDATE ${owners} SET pipeline = ${to.pipeline} WHERE ${theirs}`)
  })

const refuseOthers = (
  { pipeline }: PipelineDialect,
  owners: ReadonlyMap<string, string>,
  relations: ReadonlyArray<string>,
  operation: string
): Effect.Effect<void, WarehouseFailed> => {
  const found = relations.flatMap((relation) => {
    const owner = owners.get(relation)
    return owner === undefined || owner === pipeline ? [] : [belongs(relation, owner)]
  })
  if (found.length === 0) return Effect.void
  const detail = `${found.join("; ")}. A relation has one owner. Give the ${found.length === 1 ? "relation" : "relations"} of "${pipeline}" another name; or, if the owner is now a part of it, run \`sluice provision --adopt-from OWNER\`.`
  return new WarehouseFailed({ reason: "Misconfigured", operation, detail })
}

const belongs = (relation: string, owner: string): string => `${relation} belongs to the pipeline "${owner}"`

const Row = Schema.Struct({ relation: Schema.String, pipeline: Schema.String })
