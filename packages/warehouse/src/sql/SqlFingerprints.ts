import { createHmac } from "node:crypto"
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { Fingerprints } from "../Fingerprints.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { SqlDialect } from "./SqlDialect.ts"
import * as SqlSecrets from "./SqlSecrets.ts"

/**
 * Fingerprints by HMAC-SHA-256 (RFC 2104), with a key of the store's own. Whoever deletes that key makes all data look new,
 * once.
 */
export const make = Effect.fn("SqlFingerprints.make")(function* (
  dialect: SqlDialect
): Effect.fn.Return<Fingerprints["Type"], WarehouseFailed, SqlClient> {
  yield* SqlSecrets.ensureTable(dialect)
  const secret = yield* SqlSecrets.obtain(dialect, "fingerprint", "read the key of the store's fingerprints")
  return {
    start: () => {
      const hmac = createHmac("sha256", secret)
      return {
        add: (piece) => void (typeof piece === "string" ? hmac.update(piece, "utf8") : hmac.update(piece)),
        end: () => hmac.digest("base64url")
      }
    }
  }
})
