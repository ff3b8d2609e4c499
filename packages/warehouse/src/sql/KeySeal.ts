import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto"
import * as Redacted from "effect/Redacted"

/** The secret outside of the store that seals the store's keys, if there is one, and the secret that it replaces. */
export interface Outside {
  readonly secret: Redacted.Redacted | undefined
  readonly old: Redacted.Redacted | undefined
}

/** No secret: keys are stored unsealed. */
export const inside: Outside = { secret: undefined, old: undefined }

/**
 * Encodes a key for the store: as hexadecimal text, or sealed by AES key wrap (RFC 3394, NIST SP 800-38F) with a key derived
 * from the secret and the name (HKDF-SHA256, RFC 5869). AES key wrap detects a wrong secret.
 */
export const seal = (name: string, key: Uint8Array, outside: Outside): string => {
  if (outside.secret === undefined) return Buffer.from(key).toString("hex")
  const cipher = createCipheriv(algorithm, wrappingKey(name, outside.secret), initial)
  return prefix + Buffer.concat([cipher.update(key), cipher.final()]).toString("base64url")
}

export const isSealed = (value: string): boolean => value.startsWith(prefix)

/** Decodes a key, or says what is wrong. */
export const open = (name: string, value: string, outside: Outside): Uint8Array | string => {
  if (!isSealed(value)) return Buffer.from(value, "hex")
  for (const secret of [outside.secret, outside.old]) {
    const key = secret === undefined ? undefined : unwrap(name, value.slice(prefix.length), secret)
    if (key !== undefined) return key
  }
  return outside.secret === undefined ? missing : wrong
}

/** The problem if a store has a secret and unsealed keys. */
export const notSealed =
  "SLUICE_SECRET is set, and the keys in this store are not sealed with it. Run `sluice provision --rotate`, which seals them."

const lost =
  "Without it, the store cannot recognize who was erased, and nothing is read or written. Docs: secrets.md says what to do if it is lost."
export const missing = `they are sealed with a secret that is kept outside of the store, and SLUICE_SECRET is not set. Set it. ${lost}`
const wrong = `SLUICE_SECRET is not the secret that they are sealed with. Set that one; to replace it, set it as SLUICE_OLD_SECRET and run \`sluice provision --rotate\`. ${lost}`

const unwrap = (name: string, text: string, secret: Redacted.Redacted): Uint8Array | undefined => {
  try {
    const decipher = createDecipheriv(algorithm, wrappingKey(name, secret), initial)
    return Buffer.concat([decipher.update(Buffer.from(text, "base64url")), decipher.final()])
  } catch {
    return undefined
  }
}

const wrappingKey = (name: string, secret: Redacted.Redacted) =>
  Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", `sluice key ${name}`, 32))

const algorithm = "id-aes256-wrap"
const initial = Buffer.from("A6A6A6A6A6A6A6A6", "hex")
const prefix = "aeskw:"
