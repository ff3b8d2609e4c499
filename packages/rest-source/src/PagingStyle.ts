/** How the pages of a list are asked for. */
export interface PagingStyle {
  /** Whether the number of a page says where it is; otherwise each page names the next one. */
  readonly byNumber: boolean
  /** The address of a page, which has so many rows. If pages are not asked for by number, only page 1 is asked for by it. */
  readonly urlOf: (list: URL, page: number, limit: number) => URL
  /** The address of the next page, as a page within an envelope names it. */
  readonly urlOfNext: (list: URL, next: string, limit: number) => URL
  readonly envelope?: Envelope
}

/** Rows within an object: `{"data": [...], "next": "b7"}`. */
export interface Envelope {
  /** The name of the field that has the rows. */
  readonly rows: string
  /** The name of the field that has the next page: its address or its cursor; null, "" or no field at the end. */
  readonly next: string
}

const withParameters = (list: URL, parameters: Readonly<Record<string, string | number>>): URL => {
  const url = new URL(list)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value))
  return url
}

const noEnvelope = (list: URL): URL => list

/** Asks for `?page=1&limit=100`, `?page=2&limit=100`, and so on. A `Link` header comes before that. */
export const pageNumbers = ({ limit = "limit", page = "page" } = {}): PagingStyle => ({
  byNumber: true,
  urlOf: (list, number, rows) => withParameters(list, { [page]: number, [limit]: rows }),
  urlOfNext: noEnvelope
})

/** Asks for `?offset=0&limit=100`, `?offset=100&limit=100`, and so on. A `Link` header comes before that. */
export const offsets = ({ limit = "limit", offset = "offset" } = {}): PagingStyle => ({
  byNumber: true,
  urlOf: (list, number, rows) => withParameters(list, { [offset]: (number - 1) * rows, [limit]: rows }),
  urlOfNext: noEnvelope
})

/** Asks for the list, and follows `Link: <…>; rel="next"` (RFC 8288). A page without such a link is the last one. */
export const links = ({ limit }: { readonly limit?: string } = {}): PagingStyle => ({
  byNumber: false,
  urlOf: (list, _number, rows) => withParameters(list, limit === undefined ? {} : { [limit]: rows }),
  urlOfNext: noEnvelope
})

/**
 * Asks for the list, and reads rows and the next page from an object. The next page is an address, or a value for `parameter`.
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
