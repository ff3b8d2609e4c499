declare const setOf: unique symbol

/**
 * The key of one partition of the set `Name`, as people write it: `2024-08-01`, `2024-W31`, `eu`, or `2024-08-01|eu`. Keys of two
 * sets are two types. Keys stand in the history, in messages and in paths, so a personal value is never a key; a mask id can be.
 */
export type PartitionKey<Name extends string> = string & { readonly [setOf]: Name }

/**
 * Writes one part of a key: `%`, `|`, `.`, `/`, `\`, and characters that paths or terminals treat specially become `%` and two
 * hexadecimal digits for each byte of UTF-8. A single `.` between other characters stays. The key `__proto__` is escaped too, since
 * keys name the fields of objects. Other text without these characters stays as it is.
 */
export const escape = (part: string): string =>
  part.replace(/^_(?=_proto__$)|[%|/\\:*?"<>,\s\p{Cc}]|\.(?=\.|$)|(?<=^|\.)\./gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")
  )

/** Reads what `escape` wrote; undefined if it did not write it. */
export const unescape = (text: string): string | undefined => {
  try {
    const part = decodeURIComponent(text)
    return escape(part) === text ? part : undefined
  } catch {
    return undefined
  }
}
