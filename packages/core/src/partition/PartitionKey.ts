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

/** The most bytes of a key, as it is written. A name of a file may have 255: this leaves room for what is around the key. */
const longest = 200

/**
 * Every key of a list that cannot be one, by its place in the list and without its value. A key stands in paths, messages, commands
 * and columns of every store.
 */
export const problemsOf = (keys: ReadonlyArray<string | number>): ReadonlyArray<string> =>
  keys.flatMap((key, index) => {
    const problem = problemOf(key)
    return problem === undefined ? [] : [`Key ${index + 1} ${problem}`]
  })

const problemOf = (key: string | number): string | undefined => {
  if (typeof key === "number" && !Number.isSafeInteger(key)) return "is not a whole number up to 2^53. Write it as text."
  const text = String(key)
  if (text === "") return "is empty. Give it a text."
  if (/\p{Surrogate}/u.test(text)) {
    return "holds half of a surrogate pair. Repair the text, or use an id of your own as the key."
  }
  if (/\p{Cc}/u.test(text)) return "holds a control character, such as a line break. Remove it, or use an id of your own."
  if (text.trim() !== text) return "begins or ends with white space. Remove it, also from the rows of the partition."
  const bytes = new TextEncoder().encode(escape(text)).length
  return bytes > longest
    ? `has ${bytes} bytes of UTF-8 as it is written, and may have ${longest}. Use a shorter id as the key.`
    : undefined
}
