import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Column from "@sluice/core/relation/Column"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Erasure, type ErasureSpec, type Found, personalTables, type Reference, references } from "../Erasure.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Dialect } from "./Dialect.ts"
import * as Epoch from "./Epoch.ts"
import * as ErasureGate from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlMarks from "./SqlMarks.ts"
import * as SqlMaskCounts from "./SqlMaskCounts.ts"
import * as SqlOwners from "./SqlOwners.ts"
import * as SqlPartitionMarks from "./SqlPartitionMarks.ts"
import * as SqlQuarantine from "./SqlQuarantine.ts"
import type { SqlSecrets } from "./SqlSecrets.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"
import * as SqlText from "./SqlText.ts"
import * as SuppressionKeys from "./SuppressionKeys.ts"

/** What an erasure or a re-issue of mask ids needs from a store. */
export interface Place {
  readonly dialect: Dialect
  /** The names of all existing tables. */
  readonly present: Effect.Effect<ReadonlySet<string>, SqlError>
  /**
   * Runs an effect as one transaction during which the tables are not published. After a rollback by the database, the effect
   * may run again.
   */
  readonly alone: <A>(
    tables: ReadonlyArray<string>,
    operation: string,
    effect: Effect.Effect<A, SqlError | WarehouseFailed>
  ) => Effect.Effect<A, WarehouseFailed>
  /** Overwrites the remains of deleted rows in the store's files, if the store owns them. */
  readonly scrub: Effect.Effect<void, WarehouseFailed>
}

/**
 * Erasure over existing tables. Every writer takes locks in one order: publish locks by name, the counters of mask tables by
 * name, the counter of erasures, rows.
 */
export const make = Effect.fn("SqlErasure.make")(function* (
  place: Place,
  secrets: SqlSecrets
): Effect.fn.Return<Erasure["Type"], never, SqlClient> {
  const { dialect } = place
  const sql = yield* SqlClient
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, sql)

  /** The ids of a mask table that only rows of this person refer to. */
  const ownIds = Effect.fnUntraced(function* (references: ReadonlyArray<Reference>, id: string) {
    const others = references.map(({ column, table }) => {
      const about = isAbout(place, "other", table, id)
      const condition = `other.${dialect.quote(column)} = own.id AND (${about.sql}) IS NOT TRUE`
      return {
        sql: `NOT EXISTS (SELECT 1 FROM ${dialect.relation(table)} other WHERE ${condition})`,
        parameters: about.parameters
      }
    })
    const found = new Set<number>()
    for (const { column, table } of references) {
      const about = isAbout(place, "mine", table, id)
      const own = `SELECT DISTINCT ${dialect.quote(column)} AS id FROM ${dialect.relation(table)} mine WHERE ${about.sql}`
      const rows = yield* SqlText.rows<{ readonly id: number | string }>(
        `SELECT own.id AS id FROM (${own}) own WHERE own.id IS NOT NULL AND ${others.map((other) => other.sql).join(" AND ")}`,
        [...about.parameters, ...others.flatMap((other) => other.parameters)]
      )
      for (const row of rows) found.add(Number(row.id))
    }
    return [...found]
  })

  const find = Effect.fnUntraced(function* (spec: ErasureSpec, id: string, hash: Uint8Array | undefined) {
    const present = yield* SqlOwners.presentOf(place)
    const tables = spec.tables.filter(({ name }) => present.has(name))
    const rows: Array<{ readonly of: Table.Any; readonly count: number; readonly where: Where }> = []
    for (const table of personalTables({ tables })) {
      const { parameters, sql: condition } = isAbout(place, "", table, id)
      const where = { from: `${dialect.relation(table)} WHERE ${condition}`, parameters }
      rows.push({ of: table, count: yield* SqlText.count(where.from, parameters), where })
    }
    const masks: Array<{ readonly of: Mask.Any; readonly values: number; readonly where: Where }> = []
    const keys = new Map((spec.cuts ?? []).map(({ set }) => [set.name, new Set<string>()]))
    for (const mask of spec.masks) {
      const refer = references({ tables }, mask)
      if (!present.has(mask.name) || refer.every(({ table }) => table.subject.length === 0)) continue
      const own = yield* ownIds(refer, id)
      for (const { column, set, table } of spec.cuts ?? []) {
        if (table.columns[column]?.maskOf === mask.kind) for (const each of own) keys.get(set.name)?.add(String(each))
      }
      const from = `${dialect.table(mask.name)} WHERE ${dialect.quote("id")} IN ${placeholders(own.length)}`
      const values = own.length === 0 ? 0 : yield* SqlText.count(from, own)
      masks.push({ of: mask, values, where: { from, parameters: own } })
    }
    const held = quarantined(dialect, spec.quarantine, id)
    const found: Found = {
      rows: Object.fromEntries(rows.map(({ count, of }) => [of.name, count])),
      masks: Object.fromEntries(masks.map(({ of, values }) => [of.name, values])),
      quarantined: held === undefined ? undefined : yield* SqlText.count(held.from, held.parameters),
      suppressedSince: hash === undefined ? undefined : yield* SqlSuppressions.since(dialect, hash),
      ...(spec.cuts === undefined ? {} : { keys: Object.fromEntries([...keys].map(([set, some]) => [set, [...some]])) })
    }
    const doomed: ReadonlyArray<Where> = [
      ...masks.flatMap(({ values, where }) => (values === 0 ? [] : [where])),
      ...rows.flatMap(({ count, where }) => (count === 0 ? [] : [where])),
      ...(held === undefined || found.quarantined === 0 ? [] : [held])
    ]
    return { found, doomed }
  })

  const countSuppressed = Effect.fnUntraced(function* (by: 1 | -1) {
    const count = yield* SqlCounters.read(dialect, SqlSuppressions.counter, { lock: true })
    yield* SqlCounters.write(dialect, SqlSuppressions.counter, count + by)
  })

  /** A rotation cannot replace the keys while the counter is locked. */
  const currentKeys = Effect.map(secrets.all, SuppressionKeys.from)

  const erase = Effect.fnUntraced(function* (spec: ErasureSpec, id: string, at: string) {
    for (const name of spec.masks.map((mask) => mask.name).sort()) yield* SqlCounters.read(dialect, name, { lock: true })
    yield* Epoch.advance(dialect)
    const keys = yield* currentKeys
    if (keys === undefined) {
      const detail = "another process removed the key that their id is hashed with. Nothing was erased; run it again."
      return yield* new WarehouseFailed({ reason: "Conflict", operation: erasing, detail })
    }
    const hash = keys.hash(id)
    const { doomed, found } = yield* find(spec, id, hash)
    for (const { from, parameters } of doomed) yield* SqlText.run(`DELETE FROM ${from}`, parameters)
    for (const [mask, values] of Object.entries(found.masks)) yield* SqlMaskCounts.add(dialect, mask, -values)
    for (const [table, rows] of Object.entries(found.rows)) {
      if (rows === 0) continue
      yield* SqlMarks.erased(dialect, table, rows)
      yield* SqlPartitionMarks.forgetCounts(dialect, table)
    }
    for (const { at, set, table } of spec.cuts ?? []) {
      const keys = new Set(found.keys?.[set.name])
      const marks = keys.size === 0 ? [] : yield* SqlPartitionMarks.all(dialect, table.name)
      const own = marks.map(({ key }) => key).filter((key) => keys.has(key.split("|")[at] ?? ""))
      yield* SqlPartitionMarks.remove(dialect, table.name, own)
    }
    if (found.suppressedSince === undefined) {
      yield* SqlSuppressions.add(dialect, { hash, tag: keys.mask(keys.tag(id), hash), at })
      yield* countSuppressed(1)
    }
    return found
  })

  return {
    preview: Effect.fn("SqlErasure.preview")(function* (spec, id) {
      const look = Effect.gen(function* () {
        const text = Redacted.value(id)
        return yield* find(spec, text, (yield* currentKeys)?.hash(text))
      })
      const { found } = yield* SqlBatch.translated(dialect, "look for what would be erased", here(look))
      return found
    }),

    erase: Effect.fn("SqlErasure.erase")(function* (spec, id) {
      yield* here(secrets.obtain(SuppressionKeys.nameOf(1), erasing))
      const text = Redacted.value(id)
      const at = new Date(yield* Clock.currentTimeMillis).toISOString()
      const tables = new Set(
        [...personalTables(spec), ...spec.masks.flatMap((mask) => references(spec, mask).map(({ table }) => table))].map(
          ({ name }) => name
        )
      )
      const found = yield* place.alone([...tables], erasing, here(erase(spec, text, at)))
      yield* place.scrub
      return found
    }),

    undo: Effect.fn("SqlErasure.undo")(function* (id) {
      const forget = Effect.gen(function* () {
        yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: true })
        const hash = (yield* currentKeys)?.hash(Redacted.value(id))
        const at = hash === undefined ? undefined : yield* SqlSuppressions.since(dialect, hash)
        if (hash === undefined || at === undefined) return undefined
        yield* Epoch.advance(dialect)
        yield* SqlSuppressions.remove(dialect, hash)
        yield* countSuppressed(-1)
        return at
      })
      return yield* SqlBatch.transaction(sql, dialect, "let an erased person come back", here(forget))
    })
  }
})

const erasing = "erase a person"

/** The SQL after FROM, and the values of its placeholders. */
interface Where {
  readonly from: string
  readonly parameters: ReadonlyArray<string | number>
}

/** A condition that selects the rows about a person, with an optional alias of the table. */
const isAbout = ({ dialect }: Place, alias: string, { columns, subject }: Table.Any, id: string) => {
  const compared = subject.flatMap((column) => {
    const value = comparable(columns[column], id)
    return value === undefined ? [] : [{ sql: `${alias === "" ? "" : `${alias}.`}${dialect.quote(column)} = ?`, value }]
  })
  return {
    sql: compared.length === 0 ? "1 = 0" : compared.map(({ sql }) => sql).join(" OR "),
    parameters: compared.map(({ value }) => value)
  }
}

/** An id as the column stores it; undefined if it cannot. MySQL would compare the text `12abc` as the number 12. */
const comparable = (column: Column.Any | undefined, id: string): string | number | undefined =>
  column?.type._tag !== "Integer" ? id : String(Number(id)) === id ? Number(id) : undefined

const quarantined = (dialect: PipelineDialect, sources: ReadonlyArray<string>, id: string): Where | undefined =>
  sources.length === 0
    ? undefined
    : {
        from: `${dialect.table(SqlQuarantine.tableName)} WHERE pipeline = ? AND source IN ${placeholders(sources.length)} AND id = ?`,
        parameters: [dialect.pipeline, ...sources, id]
      }

/** `(?, ?, ?)` */
const placeholders = (count: number): string => `(${new Array(count).fill("?").join(", ")})`
