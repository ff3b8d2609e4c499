/**
 * Whether the tests run at full size: every canary scenario, and all random cases. `TEST_SIZE=full`, which `pnpm check` sets.
 * `pnpm test` by itself tries fewer of them, so that a newcomer does not wait.
 */
export const isFull = process.env["TEST_SIZE"] === "full"

/** How many random cases to try: all of them at full size, a fifth otherwise. */
export const cases = (all: number): number => (isFull ? all : Math.ceil(all / 5))
