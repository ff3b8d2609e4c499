import { SqlClient } from "@effect/sql/SqlClient"
import { DynamicKeys, escaped, escapedForRemoval, unescaped } from "@sluice/core/partition/DynamicKeys"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Guard } from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import { asStoreFailed } from "./storeFailed.ts"

export const tableName = "sluice_partition_keys"

/**
 * The keys of dynamic sets on SQL, over an existing table beside the run history. One row for each key. `guard` refuses keys that a step
 * adds after an erasure. An erasure removes keys once it has committed, so keys that were added before are removed.
 */
export const make = Effect.fn("SqlDynamicKeys.make")(function* (
  dialect: PipelineDialect,
  guard: Guard
): Effect.fn.Return<DynamicKeys["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const { pipeline } = dialect
  const table = sql.literal(dialect.table(tableName))
  const number = sql.literal(dialect.quote(dialect.insertionOrder.column))
  const ignoring = sql.literal(`${dialect.insertIgnore} ${dialect.table(tableName)}`)
  const selected = (setName?: string) => {
    const its = setName === undefined ? sql`` : sql` AND set_name = ${setName}`
    const rows = sql`SELECT set_name, key_text FROM ${table} WHERE pipeline = ${pipeline}${its} ORDER BY set_name, ${number}`
    return asStoreFailed(SqlBatch.translated(dialect, "read the keys of dynamic partitions", SqlRows.all(Row, rows)))
  }

  return DynamicKeys.of({
    add: Effect.fn("SqlDynamicKeys.add")(function* (set, keys) {
      const rows = (yield* escaped(set, keys)).map((key) => ({ pipeline, set_name: set.name, key_text: key }))
      const insert = (batch: typeof rows) => sql`${ignoring} ${sql.insert(batch)}`
      const batches = SqlBatch.batches(dialect, rows, Object.values<string>)
      const operation = `add keys to ${set.name}`
      const added = Effect.forEach(batches, (batch) => insert([...batch]), { discard: true })
      yield* asStoreFailed(guard(operation, SqlBatch.transaction(sql, dialect, operation, added)))
    }),

    remove: Effect.fn("SqlDynamicKeys.remove")(function* (set, keys) {
      const batches = SqlBatch.valueBatches(dialect, escapedForRemoval(keys))
      const remove = (batch: ReadonlyArray<string>) =>
        sql`DELETE FROM ${table} WHERE pipeline = ${pipeline} AND set_name = ${set.name} AND ${sql.in("key_text", batch)}`
      const removed = Effect.forEach(batches, remove, { discard: true })
      yield* asStoreFailed(SqlBatch.transaction(sql, dialect, `remove keys of ${set.name}`, removed))
    }),

    keys: Effect.fn("SqlDynamicKeys.keys")(function* (setName) {
      return yield* unescaped(
        setName,
        (yield* selected(setName)).map(({ key_text }) => key_text)
      )
    }),

    all: Effect.gen(function* () {
      const sets = new Map<string, Array<string>>()
      for (const { key_text, set_name } of yield* selected()) {
        const texts = sets.get(set_name)
        if (texts === undefined) sets.set(set_name, [key_text])
        else texts.push(key_text)
      }
      const all = yield* Effect.forEach([...sets], ([name, texts]) =>
        Effect.map(unescaped(name, texts), (keys) => [name, keys] as const)
      )
      return new Map(all)
    }).pipe(Effect.withSpan("SqlDynamicKeys.all"))
  })
})

const Row = Schema.Struct({ set_name: Schema.String, key_text: Schema.String })
