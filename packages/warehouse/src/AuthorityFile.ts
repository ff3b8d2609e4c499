import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"

/**
 * Reads a file of certificates of authorities, in PEM; undefined if it cannot be read or begins with none. Node takes a file
 * without certificates for one that trusts nobody, and says nothing.
 */
export const read = (file: string): string | undefined => {
  try {
    const text = readFileSync(file, "utf8")
    return new X509Certificate(text).raw.length > 0 ? text : undefined
  } catch {
    return undefined
  }
}
