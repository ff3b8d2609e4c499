/** A sequence of rows as JSON text, each computed from its index, so that only requested rows are in memory. */
export interface Rows {
  readonly count: number
  /** The JSON of one row. `index` is from 0 and below `count`. Every call returns the same text. */
  readonly json: (index: number) => string
}

/** Rows from values in memory. */
export const fromArray = (values: ReadonlyArray<unknown>): Rows => ({
  count: values.length,
  json: (index) => JSON.stringify(values[index])
})

/** The existing rows from `start` (included) to `end` (excluded), as JSON with commas between them and no brackets. */
export const join = (rows: Rows, start: number, end: number): string => {
  const last = Math.min(end, rows.count)
  const groups: Array<string> = []
  for (let from = start; from < last; from += groupSize) groups.push(joinGroup(rows, from, Math.min(last, from + groupSize)))
  return groups.join(",")
}

/**
 * Rows are made of many small strings, which V8 keeps as trees until a join copies them. Copying a few rows at a time lets the
 * pieces die young: pages of 5,000 are made more than twice as fast as by one join.
 */
const groupSize = 32

const joinGroup = (rows: Rows, start: number, end: number): string => {
  const texts: Array<string> = []
  for (let index = start; index < end; index++) texts.push(rows.json(index))
  return texts.join(",")
}
