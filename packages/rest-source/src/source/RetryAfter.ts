/**
 * The wait of a `Retry-After` header in milliseconds: from seconds, or from an HTTP date (RFC 9110, section 10.2.3). A date is
 * the server's time, so it is compared with the answer's own `Date` (section 6.6.1), or with `now` if there is none. A past
 * date is 0. Other text is `undefined`.
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
