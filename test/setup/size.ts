/**
 * Whether the tests run at full size: every canary scenario, and all random cases. `pnpm check` sets `TEST_SIZE=full`. `pnpm
 * test` tries fewer of them, so that a newcomer does not wait.
 */
export const isFull = process.env["TEST_SIZE"] === "full"

/** The number of random cases: all of them at full size, a fifth otherwise. */
export const cases = (all: number): number => (isFull ? all : Math.ceil(all / 5))
