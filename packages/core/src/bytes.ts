/**
 * Joins parts into one array with memory of its own, so that another thread can take it over. The result of `Buffer.concat` may
 * lie in shared memory.
 */
export const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
