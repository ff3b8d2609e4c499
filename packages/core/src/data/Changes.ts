import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Dataset from "./Dataset.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Changes")
export type TypeId = typeof TypeId

/**
 * What has changed in a source since it was last read. It is not a dataset: whoever needs all rows cannot mistake it for
 * them. The rows of an id are told whole: those that an id in `gone` had before are to go, and `rows` has all that it has
 * now, perhaps none. An id in neither is as it was.
 */
export interface Changes<out A> {
  readonly [TypeId]: TypeId
  /** All rows of each id that is new or may have changed. */
  readonly rows: Dataset.Dataset<A>
  /** The ids that were there before and may have changed, or are there no more; each once. */
  readonly gone: Dataset.Dataset<string>
}

/** What a source was read as: all of its rows, or what has changed in them. */
export type Reading<A> = Dataset.Dataset<A> | Changes<A>

export const make = <A>(rows: Dataset.Dataset<A>, gone: Dataset.Dataset<string>): Changes<A> => ({
  [TypeId]: TypeId,
  rows,
  gone
})

export const isChanges = <A>(reading: Reading<A>): reading is Changes<A> => Predicate.hasProperty(reading, TypeId)

/** The rows that a reading brought: all, or the changed ones. For what depends on each row by itself. */
export const rowsOf = <A>(reading: Reading<A>): Dataset.Dataset<A> => (isChanges(reading) ? reading.rows : reading)

/** All rows, for what depends on how many there are of something. A source must not read changes for it: that is a defect. */
export const whole = <A>(reading: Reading<A>): Effect.Effect<Dataset.Dataset<A>> =>
  isChanges(reading)
    ? Effect.dieMessage("All rows of a source are needed where only its changes were read")
    : Effect.succeed(reading)

/** One row for each, of the same id. */
export const map = <A, B>(reading: Reading<A>, f: (row: A) => B): Reading<B> =>
  isChanges(reading) ? make(Dataset.map(reading.rows, f), reading.gone) : Dataset.map(reading, f)

/** Any number of rows for each, of the same id. */
export const flatMap = <A, B>(reading: Reading<A>, f: (row: A) => ReadonlyArray<B>): Reading<B> =>
  isChanges(reading) ? make(Dataset.flatMap(reading.rows, f), reading.gone) : Dataset.flatMap(reading, f)
