import * as Either from "effect/Either"

/** The requested page of rows. */
export interface PageRequest {
  /** From 1. */
  readonly page: number
  readonly limit: number
}

export const defaultLimit = 1_000
export const maxLimit = 100_000

/**
 * Reads `page` and `limit`: `undefined` if neither is given. The defaults are page 1 and 1,000 rows. Errors do not repeat the
 * values.
 */
export const parse = (query: URLSearchParams): Either.Either<PageRequest | undefined, string> => {
  if (!query.has("page") && !query.has("limit")) return Either.right(undefined)
  const page = wholeNumber(query.getAll("page"), 1)
  const limit = wholeNumber(query.getAll("limit"), defaultLimit)
  if (page === undefined) return Either.left("page must be one whole number, from 1 on.")
  if (limit === undefined || limit > maxLimit) return Either.left(`limit must be one whole number from 1 to ${maxLimit}.`)
  return Either.right({ page, limit })
}

/** Nine digits at most: a page number times a limit stays exact. */
const wholeNumber = (given: ReadonlyArray<string>, otherwise: number): number | undefined => {
  if (given.length === 0) return otherwise
  return given.length === 1 && /^[1-9][0-9]{0,8}$/.test(given[0] ?? "") ? Number(given[0]) : undefined
}
