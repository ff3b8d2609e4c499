import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Dataset from "./Dataset.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Changes")
export type TypeId = typeof TypeId

/**
 * The changes of a source since it was last read. It is not a dataset, so code that needs all rows does not compile with it.
 * Changes replace all rows of an id: delete the rows of each id in `gone`, then add `rows`. Rows of other ids did not change.
 */
export interface Changes<out A> {
  readonly [TypeId]: TypeId
  /** All current rows of each id that is new or may have changed. */
  readonly rows: Dataset.Dataset<A>
  /** The ids that were known before and may have changed or been deleted. Each id occurs once. */
  readonly gone: Dataset.Dataset<string>
}

/** The result of reading a source: all of its rows, or the changes. */
export type Reading<A> = Dataset.Dataset<A> | Changes<A>

export const make = <A>(rows: Dataset.Dataset<A>, gone: Dataset.Dataset<string>): Changes<A> => ({
  [TypeId]: TypeId,
  rows,
  gone
})

export const isChanges = <A>(reading: Reading<A>): reading is Changes<A> => Predicate.hasProperty(reading, TypeId)

/** The rows that a reading contains: all, or the changed ones. Use it for work that depends on one row at a time. */
export const rowsOf = <A>(reading: Reading<A>): Dataset.Dataset<A> => (isChanges(reading) ? reading.rows : reading)

/**
 * All rows of a reading. Use it for work that depends on several rows, such as counting. Dies if the source has read changes.
 */
export const whole = <A>(reading: Reading<A>): Effect.Effect<Dataset.Dataset<A>> =>
  isChanges(reading)
    ? Effect.dieMessage("All rows of a source are needed where only its changes were read")
    : Effect.succeed(reading)

/** Maps each row to one row of the same id. */
export const map = <A, B>(reading: Reading<A>, f: (row: A) => B): Reading<B> =>
  isChanges(reading) ? make(Dataset.map(reading.rows, f), reading.gone) : Dataset.map(reading, f)

/** Maps each row to any number of rows of the same id. */
export const flatMap = <A, B>(reading: Reading<A>, f: (row: A) => ReadonlyArray<B>): Reading<B> =>
  isChanges(reading) ? make(Dataset.flatMap(reading.rows, f), reading.gone) : Dataset.flatMap(reading, f)
