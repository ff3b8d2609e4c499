/**
 * Decides when a paged list has ended. It is pure: it sees the result of each page, in order.
 *
 * A page brings nothing if it is empty, is refused, or repeats the last page with rows. Two such pages in a row are the end; a
 * short page is not. A `Link` header takes precedence: a next page is followed, and a last page is the end. If a last page is
 * full and pages are numbered, one more page is requested. If it brings nothing, the end is confirmed.
 *
 * A page that repeats an earlier page, but not the previous one, shows that pages repeat in a circle, and fails. One earlier
 * page is remembered, a later one each time (Brent's algorithm), which finds a circle of any length.
 *
 * If a server sends more rows than requested, it has its own page size, or sends everything for every page. The first rows of
 * the next page distinguish the two. If a server sends exactly as many rows as requested, and the same for the next page, it
 * may have more that it never sends. That fails, unless a total says that these are all.
 */
export interface Progress {
  /** The number of pages with rows so far. */
  readonly count: number
  /** The last page with rows. */
  readonly last: Brought
  /** The number of pages since then, which all brought nothing. */
  readonly nothing: number
  /** The server's last total; the 0 of an empty page does not count. */
  readonly total: number | undefined
  /** Whether the server has ever named a next page. */
  readonly linked: boolean
  /** Whether the server named the following page. */
  readonly named: boolean
  /** Whether the server said that no page follows. The next page is requested to confirm it. */
  readonly ended: boolean
  /** An earlier page with rows, which no later page may repeat. */
  readonly checkpoint: Brought
}

/** A page with rows. */
export interface Brought {
  readonly size: number
  /** Hashes of the ids of its first rows, for comparison; empty if they are unknown. */
  readonly opening: Float64Array
}

/** The result of one page. */
export interface Seen {
  /**
   * `rows`: other rows than the previous page. `same`: the first rows of the previous page and no others; they are dropped.
   * `again`: all first rows of the previous page, among others or in another order.
   */
  readonly what: "rows" | "same" | "again" | "nothing"
  readonly page: Brought
  readonly link: "next" | "last" | undefined
  /** Whether it was requested by its number, not at an address that the server named. */
  readonly isNumbered: boolean
  readonly total: number | undefined
}

/** Why a reading may be incomplete. */
export type Doubt = "exactly a page" | "the same as the next page" | "an earlier page" | "empty for ever"

export type Decision =
  | { readonly _tag: "More" | "End"; readonly progress: Progress }
  | { readonly _tag: "Doubt"; readonly doubt: Doubt }

const none: Brought = { size: 0, opening: new Float64Array() }

export const start: Progress = {
  count: 0,
  last: none,
  nothing: 0,
  total: undefined,
  linked: false,
  named: false,
  ended: false,
  checkpoint: none
}

/** Whether a page begins with exactly the first rows of the last page with rows. */
export const isSame = ({ last }: Progress, ids: Float64Array): boolean => beginsAs(last, ids)

/** Whether a page begins with exactly the first rows of the remembered earlier page. */
export const isEarlier = ({ checkpoint }: Progress, ids: Float64Array): boolean => beginsAs(checkpoint, ids)

const beginsAs = ({ opening }: Brought, ids: Float64Array): boolean => {
  // Nearly all pages differ, and one id shows that.
  if (ids[0] === undefined || !opening.includes(ids[0])) return false
  const [known, found] = [new Set(opening), new Set(ids)]
  return known.size === found.size && ids.every((id) => known.has(id))
}

/** Decides what follows a page. */
export const after = (progress: Progress, seen: Seen, limit: number): Decision => {
  const { isNumbered, link, page, what } = seen
  const total = seen.total === undefined || (seen.total === 0 && page.size === 0) ? progress.total : seen.total
  const isNew = what === "rows"
  const count = progress.count + (isNew ? 1 : 0)
  const linked = progress.linked || link === "next"
  const next: Progress = {
    count,
    last: isNew ? page : progress.last,
    nothing: isNew ? 0 : progress.nothing + 1,
    total,
    linked,
    named: link === "next",
    ended: link === "last" || (linked && link === undefined),
    checkpoint: isNew && (count & (count - 1)) === 0 ? page : progress.checkpoint
  }
  if (what === "same" && (progress.named || link === "next")) return doubt("the same as the next page")
  if (link === "next") {
    return next.nothing > mostEmpty ? doubt("empty for ever") : { _tag: "More", progress: next }
  }
  const end: Decision = { _tag: "End", progress: next }
  if (progress.ended && !isNew) return end
  if (next.ended && !(isNew && isNumbered && page.size >= limit)) return end
  if (isNew) return { _tag: "More", progress: next }
  if (what === "same" && next.count === 1) {
    const { size } = next.last
    const isAll = total !== undefined && total <= size
    if (size === limit) return isAll ? end : doubt("exactly a page")
    // A third comparison would make the server send everything again.
    if (size > limit) return end
  }
  return next.nothing >= 2 ? end : { _tag: "More", progress: next }
}

/** Whether the server is known to page: another page followed, or page 1 has exactly the requested number of rows. */
export const isPaging = ({ count, last }: Progress, limit: number): boolean =>
  count > 1 || (count === 1 && last.size === limit)

const doubt = (doubt: Doubt): Decision => ({ _tag: "Doubt", doubt })

/** The maximum number of empty pages in a row for which a server may name a next page. */
const mostEmpty = 100
