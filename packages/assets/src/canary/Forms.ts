import { createHash } from "node:crypto"

/** One form in which a value can appear. */
export interface Form {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Every form in which a value is searched for: as it is, its beginning (a value that was cut off), lower-cased, URL-encoded, in
 * hexadecimal, in base64 at each of its three alignments, and hashed by MD5, SHA-1 and SHA-256, as it is and lower-cased, each
 * as bytes, hexadecimal and base64. Values need at least twelve bytes, since chance finds shorter ones.
 */
export const of = (value: string): ReadonlyArray<Form> => {
  const bytes = Buffer.from(value)
  const texts: ReadonlyArray<readonly [name: string, text: string]> = [
    ["as it is", value],
    ["its beginning", value.slice(0, 8)],
    ["lower-cased", value.toLowerCase()],
    ["URL-encoded", encodeURIComponent(value)],
    ["URL-encoded", encodeURIComponent(value).toLowerCase()],
    ["hexadecimal", bytes.toString("hex")],
    ["hexadecimal", bytes.toString("hex").toUpperCase()],
    ...[0, 1, 2].map((shift) => ["base64", base64Core(bytes, shift)] as const)
  ]
  const forms = texts.map(([name, text]) => ({ name, bytes: Buffer.from(text) }))
  return distinct([...forms, ...hashes(value), ...hashes(value.toLowerCase())])
}

/** The hashed forms of a value, for values that are searched for both whole and in parts. */
export const hashes = (value: string): ReadonlyArray<Form> =>
  ["md5", "sha1", "sha256"].flatMap((name) => {
    const digest = createHash(name).update(value).digest()
    return [
      { name, bytes: digest },
      { name: `${name}, hexadecimal`, bytes: Buffer.from(digest.toString("hex")) },
      { name: `${name}, hexadecimal`, bytes: Buffer.from(digest.toString("hex").toUpperCase()) },
      { name: `${name}, base64`, bytes: Buffer.from(digest.toString("base64").replace(/=+$/, "")) }
    ]
  })

/** The part of a base64 text that does not depend on the text around the value, if `shift` bytes of a group precede it. */
const base64Core = (bytes: Uint8Array, shift: number): string => {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes])
  const whole = padded.toString("base64").replace(/=+$/, "")
  const first = Math.ceil((shift * 8) / 6)
  return whole.slice(first, Math.floor((padded.length * 8) / 6))
}

const distinct = (forms: ReadonlyArray<Form>): ReadonlyArray<Form> => {
  const seen = new Set<string>()
  return forms.filter(({ bytes }) => {
    const key = Buffer.from(bytes).toString("latin1")
    return !seen.has(key) && seen.add(key).size > 0
  })
}
