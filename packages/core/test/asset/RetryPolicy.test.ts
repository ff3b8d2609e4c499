import * as RetryPolicy from "@sluice/core/asset/RetryPolicy"
import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"

const passing = { retryable: true }

describe("RetryPolicy", () => {
  it("doubles the delay from one attempt to the next, up to its cap, and stops when attempts are used up", () => {
    const policy = { ...RetryPolicy.standard, attempts: 9 }
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => RetryPolicy.delayMillis(policy, passing, attempt, 1))
    expect(delays).toStrictEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, undefined])
  })

  it("does not try again what cannot pass", () => {
    expect(RetryPolicy.delayMillis(RetryPolicy.standard, { retryable: false }, 1, 0)).toBe(undefined)
  })

  it("waits at least as long as the other side asks, up to a cap", () => {
    const asked = (retryAfterMillis: number) =>
      RetryPolicy.delayMillis(RetryPolicy.standard, { ...passing, retryAfterMillis }, 1, 0)
    expect([asked(10), asked(7_000), asked(86_400_000)]).toStrictEqual([250, 7_000, 300_000])
  })

  it("spreads clients over the upper half of the delay", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.double({ min: 0, max: 0.999999, noNaN: true }), (random) => {
        const delay = RetryPolicy.delayMillis(RetryPolicy.standard, passing, 2, random)
        return delay !== undefined && delay >= 500 && delay <= 1_000
      })
    )
  })
})
