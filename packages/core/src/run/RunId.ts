import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Makes a run id: the start in UTC to the second and four random base-36 characters. Ids sort by time. */
export const make: Effect.Effect<string> = Effect.gen(function* () {
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const suffix = yield* Random.nextIntBetween(0, 36 ** 4)
  return `${now.slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}-${suffix.toString(36).padStart(4, "0")}`
})
