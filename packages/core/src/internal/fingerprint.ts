/**
 * 53 bits in base 36 that tell texts apart, where nobody means to make two of them alike. Synchronous and free of Node; not
 * for secrets. By https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js, which is in the public domain.
 */
export const fingerprint = (text: string): string => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  const high = mix(b, a)
  return (4_294_967_296 * (2_097_151 & high) + (mix(a, b) >>> 0)).toString(36)
}

const mix = (own: number, other: number): number =>
  Math.imul(own ^ (own >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909)
