/**
 * Decides when a list that is read page by page has ended. It is pure: it sees what each page brought, in order.
 *
 * A page brings nothing if it is empty, is refused, or has the rows of the last page that brought some. Two such pages in a
 * row are the end; a short page is not. What the server says in a `Link` header comes before that: a next page is followed, and
 * a last page is the end. A last page that is full is confirmed by asking for one more, if pages are asked for by number: the
 * end is there if that page brings nothing.
 *
 * A page that brings the rows of an earlier one, and not of the one before, shows that pages come in a circle: that fails. One
 * earlier page is remembered, later ones in turn (Brent's algorithm), so that a circle of any length is found.
 *
 * A server that sends more rows than were asked for either has a page size of its own, or sends everything whatever page it is
 * asked for. The first rows of the next page tell the two apart. A server that sends exactly as many rows as were asked for,
 * and the same as the next page, may have more that it never sends: that fails, unless a total says that they are all.
 */
export interface Progress {
  /** The pages so far that brought rows. */
  readonly count: number
  /** The last one of them. */
  readonly last: Brought
  /** The pages since then, all of which brought nothing. */
  readonly nothing: number
  /** The last total that the server told; the 0 of an empty page does not count. */
  readonly total: number | undefined
  /** The server named a next page at some time. */
  readonly linked: boolean
  /** The server named the page that follows. */
  readonly named: boolean
  /** The server said that no page follows; the next one is asked for to confirm it. */
  readonly ended: boolean
  /** An earlier page with rows, which none of the later ones may bring again. */
  readonly checkpoint: Brought
}

/** A page with rows. */
export interface Brought {
  readonly size: number
  /** Hashes of the ids of its first rows, as many as are compared; none if they are unknown. */
  readonly opening: Float64Array
}

/** What one page brought. */
export interface Seen {
  /**
   * `rows`: others than the page before. `same`: the first rows of the page before, and no others; they are dropped.
   * `again`: all first rows of the page before, among others, or in another order.
   */
  readonly what: "rows" | "same" | "again" | "nothing"
  readonly page: Brought
  readonly link: "next" | "last" | undefined
  /** Whether it was asked for by its number, and not at an address that the server named. */
  readonly isNumbered: boolean
  readonly total: number | undefined
}

/** Why a reading cannot be known to be complete. */
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

/** Whether a page begins with the rows of the last page that brought some, and no others. */
export const isSame = ({ last }: Progress, ids: Float64Array): boolean => beginsAs(last, ids)

/** Whether a page begins with the rows of an earlier one, and no others. */
export const isEarlier = ({ checkpoint }: Progress, ids: Float64Array): boolean => beginsAs(checkpoint, ids)

const beginsAs = ({ opening }: Brought, ids: Float64Array): boolean => {
  // Nearly all pages are others, which one id shows.
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
    // To compare a third time would have the server send everything again.
    if (size > limit) return end
  }
  return next.nothing >= 2 ? end : { _tag: "More", progress: next }
}

/** Whether the server is known to page: another page came, or exactly as many rows as were asked for. */
export const isPaging = ({ count, last }: Progress, limit: number): boolean =>
  count > 1 || (count === 1 && last.size === limit)

const doubt = (doubt: Doubt): Decision => ({ _tag: "Doubt", doubt })

/** Empty pages in a row that a server may name a next page of. */
const mostEmpty = 100
