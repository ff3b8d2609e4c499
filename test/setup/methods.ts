import { it } from "@effect/vitest"

const { effect, flakyTest, layer, prop, scoped } = it

/**
 * Gives `it` its own methods back. `layer` of `@effect/vitest` assigns methods with its services to the `it` that all files of a
 * worker share, so the next file's tests would run with the services of a file that has ended, and without a TestClock.
 */
export const restore = (): void => {
  Object.assign(it, { effect, flakyTest, layer, prop, scoped })
}
