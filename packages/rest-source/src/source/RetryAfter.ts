/**
 * The wait that a `Retry-After` header asks for, in milliseconds: seconds, or an HTTP date (RFC 9110, section 10.2.3). A date
 * is the server's time, so it is seen from the answer's own `Date` (section 6.6.1), and from `now` if there is none. A date
 * that has passed is 0; what is neither is `undefined`.
 */
export const parse = (header: string | undefined, date: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ""
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = timeOf(text)
  return at === undefined ? undefined : Math.max(0, at - (timeOf(date?.trim() ?? "") ?? now))
}

const timeOf = (text: string): number | undefined => {
  const at = httpDate.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

const httpDate = /^[A-Za-z]{3,9}, \d{2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/
