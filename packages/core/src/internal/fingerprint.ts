/**
 * 53 bits of a text, never 0, where nobody means to make two of them alike. Synchronous and free of Node; not for secrets. By
 * https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js, which is in the public domain.
 */
export const hash53 = (text: string): number => {
  let h1 = 0xdeadbeef
  let h2 = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    h1 = Math.imul(h1 ^ unit, 2654435761)
    h2 = Math.imul(h2 ^ unit, 1597334677)
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909)
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909)
  return 4294967296 * (2097151 & h2) + (h1 >>> 0) || 1
}

/** The same in base 36, as a part of names. */
export const fingerprint = (text: string): string => hash53(text).toString(36)
