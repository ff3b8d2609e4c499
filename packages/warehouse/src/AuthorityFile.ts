import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"

/**
 * Reads a PEM file of certificate authorities; undefined if it cannot be read or does not begin with a certificate. Node
 * silently trusts nobody if a file has no certificates.
 */
export const read = (file: string): string | undefined => {
  try {
    const text = readFileSync(file, "utf8")
    return new X509Certificate(text).raw.length > 0 ? text : undefined
  } catch {
    return undefined
  }
}
