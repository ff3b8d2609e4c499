/**
 * Parts in one piece, with memory of its own, which can be handed to another thread: what `Buffer.concat` makes may lie in memory
 * that others share.
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
