import { Pii, reveal } from "@sluice/pii"

/**
 * Compares personal values by kind and value, and prints neither. Without it, a deep comparison of two personal values throws.
 *
 * ```ts
 * expect.addEqualityTesters([piiEquality])
 * ```
 */
export const piiEquality = (a: unknown, b: unknown): boolean | undefined =>
  a instanceof Pii && b instanceof Pii ? a.kind === b.kind && reveal(a) === reveal(b) : undefined
