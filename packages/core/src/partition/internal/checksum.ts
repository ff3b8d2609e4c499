/** FNV-1a with 32 bits over the first `length` bytes: http://www.isthe.com/chongo/tech/comp/fnv */
export const checksum = (bytes: Uint8Array, length: number): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
  return hash >>> 0
}
