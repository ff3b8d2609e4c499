import type * as Headers from "@effect/platform/Headers"
import * as Either from "effect/Either"

/** The paging information in an answer's head. */
export interface Pagination {
  /**
   * The address of the next page; "last" if links describe the pages and none is the next one; undefined if no link describes
   * the pages (RFC 8288).
   */
  readonly link?: { readonly next: string } | "last"
  /** Rows of all pages together. */
  readonly total?: number
}

/** A header for a total without a whole number. */
export interface TotalInvalid {
  readonly header: string
}

/**
 * Reads `Link`, `X-Total-Count` and similar headers, and `Content-Range` of an answer from `url`. A total that is not a whole
 * number is an error: without a total, a reading that missed rows would seem complete.
 */
export const of = (headers: Headers.Headers, url: URL): Either.Either<Pagination, TotalInvalid> => {
  const link = linkOf(headers["link"] ?? "", url)
  const totals: Array<number> = []
  for (const [header, pattern] of totalHeaders) {
    const text = headers[header]
    if (text === undefined || (header === "content-range" && saysNoTotal.test(text))) continue
    const digits = pattern.exec(text)?.[1]
    if (digits === undefined) return Either.left({ header })
    totals.push(Number(digits))
  }
  return Either.right({
    ...(link === undefined ? {} : { link }),
    ...(totals.length === 0 ? {} : { total: Math.max(...totals) })
  })
}

const wholeNumber = /^\s*(\d{1,15})\s*$/
const totalHeaders: ReadonlyArray<readonly [header: string, pattern: RegExp]> = [
  ["x-total-count", wholeNumber],
  ["x-total", wholeNumber],
  ["x-wp-total", wholeNumber],
  // `items 0-99/500`, with any unit, or none.
  ["content-range", /^\s*(?:[a-z]+\s+)?(?:\d+-\d+|\*)\/(\d{1,15})\s*$/i]
]
/** A range of bytes, or `items 0-99/*`, which has no total. */
const saysNoTotal = /^\s*bytes\b|\/\*\s*$/i

const linkOf = (header: string, url: URL): Pagination["link"] => {
  let paged = false
  for (const [, target = "", parameters = ""] of header.matchAll(linkValue)) {
    const named = new Map<string, string>()
    for (const [, name = "", quoted, token = ""] of parameters.matchAll(linkParameter)) {
      // If a parameter occurs twice, the first one counts.
      if (!named.has(name.toLowerCase())) named.set(name.toLowerCase(), quoted ?? token)
    }
    // A link with an anchor is about another document.
    if (named.has("anchor")) continue
    const relations = (named.get("rel") ?? "").toLowerCase().split(/\s+/)
    if (relations.includes("next")) return { next: URL.canParse(target, url.href) ? new URL(target, url).href : "" }
    paged ||= relations.some((relation) => pageRelations.has(relation))
  }
  return paged ? "last" : undefined
}

const pageRelations: ReadonlySet<string> = new Set(["first", "last", "prev", "previous"])
const linkValue = /<([^>]*)>((?:\s*;\s*[^\s=;,"]+\s*(?:=\s*(?:"[^"]*"|[^\s";,]*))?)*)/g
const linkParameter = /;\s*([^\s=;,"]+)\s*(?:=\s*(?:"([^"]*)"|([^\s";,]*)))?/g

/** Whether two addresses are the same, in any order of their queries. */
export const isSameAddress = (a: string, b: URL): boolean => {
  if (!URL.canParse(a)) return false
  const one = new URL(a)
  const [ofOne, other] = [new URLSearchParams(one.search), new URLSearchParams(b.search)]
  ofOne.sort()
  other.sort()
  return one.origin === b.origin && one.pathname === b.pathname && ofOne.toString() === other.toString()
}
