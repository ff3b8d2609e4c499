import * as Either from "effect/Either"

/** The letter in the key of a window, among all that start when the clock shows the same time; empty text if there is one only. */
export const letterOf = (same: ReadonlyArray<number>, number: number): string =>
  same.length < 2 ? "" : (letters[same.indexOf(number)] ?? "")

/** The window that a key with a time and a letter names, among those that start when the clock shows the time. Or else what is wrong. */
export const find = (
  same: readonly [number, ...ReadonlyArray<number>],
  { letter, time, zone }: { readonly time: string; readonly letter: string; readonly zone: string }
): Either.Either<number, string> => {
  const named = same.find((number) => letterOf(same, number) === letter)
  if (named !== undefined) return Either.right(named)
  const keys = same.map((number) => `${time}${letterOf(same, number)}`).join(" or ")
  const times = same.length === 1 ? "once" : same.length === 2 ? "twice" : `${same.length} times`
  return Either.left(
    letter === ""
      ? `comes ${times} in ${zone}. Write ${keys}.`
      : `has the letter ${letter}, and ${time} comes ${times} in ${zone}. Write ${keys}.`
  )
}

const letters = ["a", "b", "c"]
