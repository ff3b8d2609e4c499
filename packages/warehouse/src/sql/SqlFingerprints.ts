import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type * as SqlSecrets from "./SqlSecrets.ts"

/**
 * Fingerprints by HMAC-SHA-256 (RFC 2104) with a key of the store. Sealed bytes use AES-256-GCM with a random nonce (NIST SP
 * 800-38D) and a key derived from that key. If the key is deleted, all data looks new once.
 */
export const make = Effect.fn("SqlFingerprints.make")(function* (
  secrets: SqlSecrets.SqlSecrets
): Effect.fn.Return<Fingerprints["Type"], WarehouseFailed, SqlClient> {
  const secret = yield* secrets.obtain(keyName, "read the key of the store's fingerprints")
  const sealing = createHmac("sha256", secret).update("seal").digest()
  return {
    seal: (bytes, of) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, sealing, nonce).setAAD(Buffer.from(of))
      const sealed = cipher.update(bytes)
      return Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, of) => {
      const end = sealed.length - tagBytes
      if (end < nonceBytes) return undefined
      const decipher = createDecipheriv(algorithm, sealing, sealed.subarray(0, nonceBytes)).setAAD(Buffer.from(of))
      decipher.setAuthTag(sealed.subarray(end))
      const bytes = decipher.update(sealed.subarray(nonceBytes, end))
      try {
        decipher.final()
        return bytes
      } catch {
        return undefined
      }
    },
    start: () => {
      const hmac = createHmac("sha256", secret)
      return {
        add: (piece) => void (typeof piece === "string" ? hmac.update(piece, "utf8") : hmac.update(piece)),
        end: () => hmac.digest("base64url")
      }
    }
  }
})

/** The key's name in the table of keys. */
export const keyName = "fingerprint"

const algorithm = "aes-256-gcm"
const nonceBytes = 12
const tagBytes = 16
