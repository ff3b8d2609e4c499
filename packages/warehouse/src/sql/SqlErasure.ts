import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Table from "@sluice/core/relation/Table"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Erasure, ErasureSpec, Found, PersonalMask, PersonalRows } from "../Erasure.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Epoch from "./Epoch.ts"
import * as ErasureGate from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { SqlDialect } from "./SqlDialect.ts"
import * as SqlMarks from "./SqlMarks.ts"
import * as SqlMaskCounts from "./SqlMaskCounts.ts"
import * as SqlQuarantine from "./SqlQuarantine.ts"
import type { SqlSecrets } from "./SqlSecrets.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"
import * as SuppressionKeys from "./SuppressionKeys.ts"

/** What an erasure, and a re-issue of mask ids, must know of the store that it works on. */
export interface Place {
  /** The words of the internal tables. */
  readonly dialect: SqlDialect
  /** A declared table as statements name it. */
  readonly relation: (table: Table.Any) => string
  /** The names of all tables that are there. */
  readonly present: Effect.Effect<ReadonlySet<string>, SqlError>
  /**
   * Runs an effect as one transaction, which its statements are in, while nobody publishes the tables. It may run it more
   * than once, where the database has rolled it back.
   */
  readonly alone: <A>(
    tables: ReadonlyArray<string>,
    operation: string,
    effect: Effect.Effect<A, SqlError | WarehouseFailed>
  ) => Effect.Effect<A, WarehouseFailed>
  /** Overwrites what removed rows have left in the store's files, where these are the store's own. */
  readonly scrub: Effect.Effect<void, WarehouseFailed>
}

/**
 * Erasure over tables that exist. The locks are taken in one order by everybody: the publish locks by name, the counters of
 * the mask tables by name, the counter of erasures, then rows.
 */
export const make = Effect.fn("SqlErasure.make")(function* (
  place: Place,
  secrets: SqlSecrets
): Effect.fn.Return<Erasure["Type"], never, SqlClient> {
  const { dialect } = place
  const sql = yield* SqlClient
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, sql)
  const suppressions = dialect.table(SqlSuppressions.tableName)
  const quarantine = dialect.table(SqlQuarantine.tableName)
  const hashColumn = dialect.quote("hash")

  const count = (from: string, parameters: ReadonlyArray<string | number>) =>
    Effect.map(sql.unsafe<{ readonly n: number | string }>(`SELECT COUNT(*) AS n FROM ${from}`, parameters), ([row]) =>
      Number(row?.n ?? 0)
    )

  const since = Effect.fnUntraced(function* (hash: Uint8Array) {
    const at = dialect.quote("at")
    const [row] = yield* sql.unsafe<{ readonly at: string }>(
      `SELECT ${at} AS ${at} FROM ${suppressions} WHERE ${hashColumn} = ?`,
      [hash]
    )
    return row?.at
  })

  /** The ids of a mask table that this person's rows refer to and no other's do. */
  const ownIds = Effect.fnUntraced(function* ({ person, reference, table }: PersonalMask, id: string) {
    const [rows, owner, ref] = [place.relation(table), dialect.quote(person), dialect.quote(reference)]
    const found = yield* sql.unsafe<{ readonly id: number | string }>(
      `SELECT DISTINCT own.${ref} AS id FROM ${rows} own WHERE own.${owner} = ? AND own.${ref} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ${rows} other WHERE other.${ref} = own.${ref} AND other.${owner} <> ?)`,
      [id, id]
    )
    return found.map((row) => Number(row.id))
  })

  const find = Effect.fnUntraced(function* (spec: ErasureSpec, id: string, hash: Uint8Array | undefined) {
    const present = yield* place.present
    const rows: Array<readonly [PersonalRows, number]> = []
    for (const each of spec.rows) {
      const { from, parameters } = rowsOf(place, each, id)
      rows.push([each, present.has(each.table.name) ? yield* count(from, parameters) : 0])
    }
    const masks: Array<{ readonly of: PersonalMask; readonly values: number; readonly where: Where }> = []
    for (const each of spec.masks) {
      const own = present.has(each.mask.name) && present.has(each.table.name) ? yield* ownIds(each, id) : []
      const from = `${dialect.table(each.mask.name)} WHERE ${dialect.quote("id")} IN ${SqlBatch.placeholders(own.length)}`
      const values = own.length === 0 ? 0 : yield* count(from, own)
      masks.push({ of: each, values, where: { from, parameters: own } })
    }
    const held = quarantined(quarantine, spec.quarantine, id)
    const found: Found = {
      rows: Object.fromEntries(rows.map(([{ table }, n]) => [table.name, n])),
      masks: Object.fromEntries(masks.map(({ of, values }) => [of.mask.name, values])),
      quarantined: held === undefined ? 0 : yield* count(held.from, held.parameters),
      suppressedSince: hash === undefined ? undefined : yield* since(hash)
    }
    const doomed: ReadonlyArray<Where> = [
      ...masks.flatMap(({ values, where }) => (values === 0 ? [] : [where])),
      ...rows.flatMap(([each, n]) => (n === 0 ? [] : [rowsOf(place, each, id)])),
      ...(found.quarantined === 0 || held === undefined ? [] : [held])
    ]
    return { found, doomed }
  })

  const countSuppressed = Effect.fnUntraced(function* (by: 1 | -1) {
    const count = yield* SqlCounters.read(dialect, SqlSuppressions.counter, { lock: true })
    yield* SqlCounters.write(dialect, SqlSuppressions.counter, count + by)
  })

  /** Under the lock of the counter, a rotation cannot replace them. */
  const currentKeys = Effect.map(secrets.all, SuppressionKeys.from)

  const erase = Effect.fnUntraced(function* (spec: ErasureSpec, id: string, at: string) {
    for (const { mask } of [...spec.masks].sort((a, b) => (a.mask.name < b.mask.name ? -1 : 1))) {
      yield* SqlCounters.read(dialect, mask.name, { lock: true })
    }
    yield* Epoch.advance(dialect)
    const keys = yield* currentKeys
    if (keys === undefined) {
      const detail = "another process removed the key that their id is hashed with. Nothing was erased; run it again."
      return yield* new WarehouseFailed({ reason: "Conflict", operation: erasing, detail })
    }
    const hash = keys.hash(id)
    const { doomed, found } = yield* find(spec, id, hash)
    for (const { from, parameters } of doomed) yield* sql.unsafe(`DELETE FROM ${from}`, parameters)
    for (const [mask, values] of Object.entries(found.masks)) yield* SqlMaskCounts.add(dialect, mask, -values)
    for (const [table, rows] of Object.entries(found.rows)) if (rows > 0) yield* SqlMarks.erased(dialect, table, rows)
    if (found.suppressedSince === undefined) {
      const tag = keys.mask(keys.tag(id), hash)
      yield* sql.unsafe(`INSERT INTO ${suppressions} (${hashColumn}, tag, ${dialect.quote("at")}) VALUES (?, ?, ?)`, [
        hash,
        tag,
        at
      ])
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
      const tables = spec.rows.map(({ table }) => table.name)
      const found = yield* place.alone(tables, erasing, here(erase(spec, text, at)))
      yield* place.scrub
      return found
    }),

    undo: Effect.fn("SqlErasure.undo")(function* (id) {
      const forget = Effect.gen(function* () {
        yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: true })
        const hash = (yield* currentKeys)?.hash(Redacted.value(id))
        const at = hash === undefined ? undefined : yield* since(hash)
        if (hash === undefined || at === undefined) return undefined
        yield* Epoch.advance(dialect)
        yield* sql.unsafe(`DELETE FROM ${suppressions} WHERE ${hashColumn} = ?`, [hash])
        yield* countSuppressed(-1)
        return at
      })
      return yield* SqlBatch.transaction(sql, dialect, "let an erased person come back", here(forget))
    })
  }
})

const erasing = "erase a person"

/** What follows FROM, and what is bound to its placeholders. */
interface Where {
  readonly from: string
  readonly parameters: ReadonlyArray<string | number>
}

const rowsOf = ({ dialect, relation }: Place, { columns, table }: PersonalRows, id: string): Where => ({
  from: `${relation(table)} WHERE ${columns.map((column) => `${dialect.quote(column)} = ?`).join(" OR ")}`,
  parameters: columns.map(() => id)
})

const quarantined = (table: string, sources: ReadonlyArray<string>, id: string): Where | undefined =>
  sources.length === 0
    ? undefined
    : { from: `${table} WHERE source IN ${SqlBatch.placeholders(sources.length)} AND id = ?`, parameters: [...sources, id] }
