import { randomBytes } from "node:crypto"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Rotated } from "../Rotated.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Epoch from "./Epoch.ts"
import * as KeySeal from "./KeySeal.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlFingerprints from "./SqlFingerprints.ts"
import * as SqlSecrets from "./SqlSecrets.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"
import * as SuppressionKeys from "./SuppressionKeys.ts"

/**
 * Replaces a pipeline's keys, and seals them if there is a secret, in the caller's transaction, over existing tables. Runs that
 * have begun to read are refused when they write, as after an erasure.
 *
 * The hashes of erased people's ids are hashed again with a new key. The key of fingerprints is replaced, so the next run reads
 * everything. The key of lock names stays, since runs in progress hold locks by it.
 */
export const rotate = Effect.fn("SqlRotation.rotate")(function* (
  dialect: PipelineDialect,
  outside: KeySeal.Outside
): Effect.fn.Return<Rotated, WarehouseFailed | SqlError, SqlClient> {
  yield* Epoch.advance(dialect)

  const suppressed = yield* SqlSuppressions.select(dialect)
  const keys = new Map(yield* opened(dialect, outside, suppressed.length))
  keys.delete(SqlFingerprints.keyName)
  const before = SuppressionKeys.from(keys)
  if (before !== undefined) {
    keys.set(SuppressionKeys.nameOf(before.count + 1), yield* Effect.sync(() => randomBytes(32)))
    const after = SuppressionKeys.from(keys)
    if (after !== undefined) yield* hashAgain(dialect, keys, before, after)
  }
  yield* SqlSecrets.clear(dialect)
  for (const [name, key] of keys) yield* SqlSecrets.write(dialect, name, KeySeal.seal(name, key, outside))
  return { suppressed: suppressed.length, sealed: outside.secret !== undefined }
})

/** Opens all keys. A key that cannot be opened is dropped if it costs no more than one full reading. */
const opened = Effect.fnUntraced(function* (dialect: PipelineDialect, outside: KeySeal.Outside, suppressed: number) {
  const keys = new Map<string, Uint8Array>()
  for (const [name, value] of yield* SqlSecrets.stored(dialect)) {
    const key = KeySeal.open(name, value, outside)
    if (typeof key !== "string") keys.set(name, key)
    else if (suppressed > 0) {
      return yield* new WarehouseFailed({ reason: "Misconfigured", operation: "open the store's keys", detail: key })
    }
  }
  return keys
})

const hashAgain = Effect.fnUntraced(function* (
  dialect: PipelineDialect,
  keys: ReadonlyMap<string, Uint8Array>,
  before: SuppressionKeys.SuppressionKeys,
  after: SuppressionKeys.SuppressionKeys
) {
  const added = keys.get(SuppressionKeys.nameOf(after.count))
  if (added === undefined) return
  for (const row of yield* SqlSuppressions.select(dialect)) {
    const hash = SuppressionKeys.rehash(row.hash, added)
    yield* SqlSuppressions.replace(dialect, row, { hash, tag: after.mask(before.mask(row.tag, row.hash), hash) })
  }
})
