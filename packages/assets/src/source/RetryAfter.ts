/**
 * The wait that a `Retry-After` header asks for, in milliseconds: seconds, or an HTTP date (RFC 9110, section 10.2.3), seen
 * from `now`. A date that has passed is 0; what is neither is `undefined`.
 */
export const parse = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ""
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  if (!httpDate.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

const httpDate = /^[A-Za-z]{3,9}, \d{2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/
