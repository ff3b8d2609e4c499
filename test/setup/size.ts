/**
 * Whether the tests run at full size: every canary scenario, and all random cases. `TEST_SIZE=full`, which `pnpm check` sets.
 * `pnpm test` makes the same claims about fewer cases.
 */
export const isFull = process.env["TEST_SIZE"] === "full"

/** The number of random cases to try: all of them at full size, otherwise a fifth, or `least` if that is more. */
export const cases = (all: number, least = 1): number => (isFull ? all : Math.max(least, Math.ceil(all / 5)))
