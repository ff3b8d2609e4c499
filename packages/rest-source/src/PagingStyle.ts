/** How the pages of a list are requested. */
export interface PagingStyle {
  /** Whether pages are numbered; otherwise each page names the next one. */
  readonly byNumber: boolean
  /** The address of a page with `limit` rows. If pages are not numbered, it is used for page 1 only. */
  readonly urlOf: (list: URL, page: number, limit: number) => URL
  /** The address of the next page, from the value in a page's envelope. */
  readonly urlOfNext: (list: URL, next: string, limit: number) => URL
  readonly envelope?: Envelope
}

/** Rows within an object: `{"data": [...], "next": "b7"}`. */
export interface Envelope {
  /** The name of the field with the rows. */
  readonly rows: string
  /** The name of the field with the next page's address or cursor. It is null, "" or missing on the last page. */
  readonly next: string
}

const withParameters = (list: URL, parameters: Readonly<Record<string, string | number>>): URL => {
  const url = new URL(list)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value))
  return url
}

const noEnvelope = (list: URL): URL => list

/** Requests `?page=1&limit=100`, `?page=2&limit=100`, and so on. A `Link` header takes precedence. */
export const pageNumbers = ({ limit = "limit", page = "page" } = {}): PagingStyle => ({
  byNumber: true,
  urlOf: (list, number, rows) => withParameters(list, { [page]: number, [limit]: rows }),
  urlOfNext: noEnvelope
})

/** Requests `?offset=0&limit=100`, `?offset=100&limit=100`, and so on. A `Link` header takes precedence. */
export const offsets = ({ limit = "limit", offset = "offset" } = {}): PagingStyle => ({
  byNumber: true,
  urlOf: (list, number, rows) => withParameters(list, { [offset]: (number - 1) * rows, [limit]: rows }),
  urlOfNext: noEnvelope
})

/** Requests the list, and follows `Link: <…>; rel="next"` (RFC 8288). A page without such a link is the last one. */
export const links = ({ limit }: { readonly limit?: string } = {}): PagingStyle => ({
  byNumber: false,
  urlOf: (list, _number, rows) => withParameters(list, limit === undefined ? {} : { [limit]: rows }),
  urlOfNext: noEnvelope
})

/**
 * Requests the list, and reads rows and the next page from an object. The next page is an address, or a value for `parameter`.
 *
 * ```ts
 * PagingStyle.cursors({ rows: "data", next: "next_cursor", parameter: "cursor" })
 * ```
 */
export const cursors = (options: Envelope & { readonly parameter: string; readonly limit?: string }): PagingStyle => {
  const { limit, next, parameter, rows } = options
  const urlOf = (list: URL, size: number) => withParameters(list, limit === undefined ? {} : { [limit]: size })
  return {
    byNumber: false,
    envelope: { rows, next },
    urlOf: (list, _number, size) => urlOf(list, size),
    urlOfNext: (list, value, size) =>
      /^(?:https?:\/)?\//.test(value) && URL.canParse(value, list.href)
        ? new URL(value, list)
        : withParameters(urlOf(list, size), { [parameter]: value })
  }
}
