import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import type { MaskIds, Reissue } from "../MaskIds.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Epoch from "./Epoch.ts"
import * as RandomIds from "./RandomIds.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import { createTable, type PipelineDialect } from "./SqlDialect.ts"
import type * as SqlErasure from "./SqlErasure.ts"
import * as SqlOwners from "./SqlOwners.ts"
import * as SqlText from "./SqlText.ts"

/** The counter's value for a mask table with random ids. Earlier versions counted there: 0, or the last sequential id. */
export const random = -1

/** The command that replaces sequential ids by random ones. */
const command = "`sluice provision --reissue-mask-ids`"

/** Fails if a mask table has sequential ids. */
export const assertRandom = Effect.fn("SqlMaskIds.assertRandom")(function* (
  dialect: PipelineDialect,
  table: Mask.Any
): Effect.fn.Return<void, WarehouseFailed | SqlError, SqlClient> {
  if (!(yield* isInOrder(dialect, table))) return
  return yield* new WarehouseFailed({
    reason: "Misconfigured",
    operation: `use mask ids of ${table.name}`,
    detail: `they were ${ordered}, as earlier versions did, so they can be turned back into values. Run ${command} once; with --dry-run it shows what it would change.`
  })
})

const ordered = "given in an order that follows from the values"

/** Reports each mask table with sequential ids as a difference. */
export const drift = Effect.fn("SqlMaskIds.drift")(function* (
  place: Pick<SqlErasure.Place, "dialect" | "present">,
  { masks }: WarehouseSpec
): Effect.fn.Return<ReadonlyArray<Difference>, WarehouseFailed, SqlClient> {
  const operation = "compare the store with what is declared"
  const found = yield* SqlBatch.translated(place.dialect, operation, inOrder(place, masks))
  return found.map(({ name }) => ({
    subject: name,
    aspect: "mask ids",
    found: ordered,
    declared: "random",
    remedy: command,
    origin: "outside"
  }))
})

/** The mask tables with sequential ids. */
const inOrder = Effect.fnUntraced(function* (
  place: Pick<SqlErasure.Place, "dialect" | "present">,
  masks: ReadonlyArray<Mask.Any>
) {
  const { dialect } = place
  const tables = yield* SqlOwners.presentOf(place)
  return yield* Effect.filter(masks, (mask) => (tables.has(mask.name) ? isInOrder(dialect, mask) : Effect.succeed(false)))
})

/**
 * Whether a mask table has sequential ids. The first rows and the counter that marks random ids are committed together, so rows
 * are read before the counter.
 */
const isInOrder = Effect.fnUntraced(function* (dialect: PipelineDialect, { name }: Mask.Any) {
  const rows = yield* SqlText.rows(`SELECT id FROM ${dialect.table(name)} LIMIT 1`)
  return rows.length > 0 && (yield* SqlCounters.read(dialect, name, { lock: false })) !== random
})

/** Re-issues ids over existing tables. It takes locks in the order of an erasure. */
export const make = Effect.fn("SqlMaskIds.make")(function* (
  place: SqlErasure.Place
): Effect.fn.Return<MaskIds["Type"], never, SqlClient> {
  const { dialect } = place
  const sql = yield* SqlClient
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, sql)
  const [mapping, oldId, newId] = [dialect.table(mappingName), dialect.quote("old_id"), dialect.quote("new_id")]

  const plan = Effect.fnUntraced(function* ({ masks, tables }: WarehouseSpec) {
    const present = yield* SqlOwners.presentOf(place)
    const found = yield* inOrder(place, masks)
    return found.map((mask) => ({
      mask,
      columns: tables.filter(({ name }) => present.has(name)).flatMap((table) => columnsOf(table, mask))
    }))
  })
  type Planned = Effect.Effect.Success<ReturnType<typeof plan>>

  const counted = Effect.fnUntraced(function* (planned: Planned) {
    const masks: Record<string, number> = {}
    const columns: Record<string, number> = {}
    for (const { columns: all, mask } of planned) {
      masks[mask.name] = yield* SqlText.count(dialect.table(mask.name))
      for (const { column, table } of all) {
        columns[`${table.name}.${column}`] = yield* SqlText.count(
          `${dialect.relation(table)} WHERE ${dialect.quote(column)} IS NOT NULL`
        )
      }
    }
    return { masks, columns } satisfies Reissue
  })

  /** New ids for all values of a mask table, and for ids in public rows whose values are gone. */
  const draw = Effect.fnUntraced(function* ({ columns, mask }: Planned[number]) {
    const draw = yield* RandomIds.RandomIds
    const old = new Set<number>()
    const holders = [`SELECT id FROM ${dialect.table(mask.name)}`, ...columns.map(distinct)]
    for (const select of holders) {
      for (const { id } of yield* SqlText.rows<{ readonly id: number | string }>(select)) old.add(Number(id))
    }
    // A fresh id must not be an old one, or the update by steps would confuse them.
    const fresh = RandomIds.different(draw, old.size, old)
    return [...old].map((id, i) => [id, fresh[i] ?? 0] as const)
  })

  const distinct = ({ column, table }: Holder) =>
    `SELECT DISTINCT ${dialect.quote(column)} AS id FROM ${dialect.relation(table)} WHERE ${dialect.quote(column)} IS NOT NULL`

  const replace = Effect.fnUntraced(function* (planned: Planned[number]) {
    const rows = (yield* draw(planned)).map(([old, fresh]) => ({ old_id: old, new_id: fresh }))
    yield* SqlBatch.insert(sql, dialect, { table: mappingName }, rows)
    const targets = [
      { rows: dialect.table(planned.mask.name), held: dialect.quote("id") },
      ...planned.columns.map(({ column, table }) => ({ rows: dialect.relation(table), held: dialect.quote(column) }))
    ]
    for (const { held, rows } of targets) {
      const fresh = `SELECT ${newId} FROM ${mapping} WHERE ${oldId} = ${rows}.${held}`
      yield* SqlText.run(`UPDATE ${rows} SET ${held} = (${fresh}) WHERE ${held} IS NOT NULL`)
    }
    yield* SqlText.run(`DELETE FROM ${mapping}`)
    yield* SqlCounters.write(dialect, planned.mask.name, random)
  })

  const reissue = Effect.fnUntraced(function* (spec: WarehouseSpec) {
    for (const { name } of [...spec.masks].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      yield* SqlCounters.read(dialect, name, { lock: true })
    }
    const planned = yield* plan(spec)
    if (planned.length === 0) return none
    const cut = planned.flatMap(({ columns }) => columns).find(({ column, table }) => isCutBy(table, column))
    if (cut !== undefined) return yield* cutByIds(cut)
    yield* Epoch.advance(dialect)
    const found = yield* counted(planned)
    for (const each of planned) yield* replace(each)
    return found
  })

  return {
    preview: Effect.fn("SqlMaskIds.preview")(function* (spec) {
      return yield* SqlBatch.translated(dialect, "count mask ids", here(Effect.flatMap(plan(spec), counted)))
    }),
    reissue: Effect.fn("SqlMaskIds.reissue")(function* (spec) {
      const operation = "re-issue mask ids"
      const translated = <A>(effect: Effect.Effect<A, SqlError | WarehouseFailed, SqlClient>) =>
        SqlBatch.translated(dialect, operation, here(effect))
      const present = yield* translated(SqlOwners.presentOf(place))
      for (const { name } of spec.masks) if (present.has(name)) yield* translated(SqlCounters.ensure(dialect, name))
      const tables = spec.tables.filter((table) => present.has(table.name) && holdsIds(table)).map(({ name }) => name)
      const found = yield* Effect.acquireUseRelease(
        translated(SqlText.define(mappingDdl(dialect))),
        () => place.alone(tables, operation, here(reissue(spec))),
        () => Effect.ignore(translated(SqlText.define(`DROP TABLE IF EXISTS ${mapping}`)))
      )
      if (found !== none) yield* place.scrub
      return found
    })
  }
})

const none: Reissue = { masks: {}, columns: {} }

/** A column of a public table with a mask's ids. */
interface Holder {
  readonly table: Table.Any
  readonly column: string
}

const columnsOf = (table: Table.Any, { kind }: Mask.Any): ReadonlyArray<Holder> =>
  Object.entries(table.columns).flatMap(([column, { maskOf }]) => (maskOf === kind ? [{ table, column }] : []))

const isCutBy = ({ partitionBy }: Table.Any, column: string): boolean =>
  typeof partitionBy === "object" ? Object.values(partitionBy).includes(column) : partitionBy === column

/** The keys of partitions stand in the history too, where no id is replaced. */
const cutByIds = ({ column, table }: Holder): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Misconfigured",
    operation: "re-issue mask ids",
    detail: `${table.name} is cut by "${column}", so the keys of its partitions are mask ids. Run \`sluice partitions reset ${table.name}\` first, and make its partitions again afterwards. Nothing was changed.`
  })

const holdsIds = (table: Table.Any): boolean => Object.values(table.columns).some(({ maskOf }) => maskOf !== undefined)

/**
 * The table that maps old ids to new ones during a re-issue. Analysts cannot read it, and it is empty outside of the
 * transaction.
 */
const mappingName = "sluice_new_mask_ids"

const mappingDdl = (dialect: PipelineDialect): string =>
  createTable(
    dialect,
    mappingName,
    [
      ["old_id", `${dialect.types.integer} NOT NULL`],
      ["new_id", `${dialect.types.integer} NOT NULL`]
    ],
    ["PRIMARY KEY (old_id)"]
  )
