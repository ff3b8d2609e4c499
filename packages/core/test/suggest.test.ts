import { describe, expect, it } from "vitest"
import { didYouMean, suggest } from "../src/suggest.ts"

const names = ["users_raw", "subscriptions_raw", "messages_raw", "messages_per_day", "api_users"]

describe("suggest", () => {
  it("finds names with letters missing, doubled, swapped or in the other case", () => {
    expect(["user_raw", "usersraw", "suers_raw", "USERS_RAW"].map((typed) => suggest(typed, names)[0])).toStrictEqual([
      "users_raw",
      "users_raw",
      "users_raw",
      "users_raw"
    ])
  })

  it("finds names that contain what was typed", () => {
    expect(suggest("messages", names)).toStrictEqual(["messages_per_day", "messages_raw"])
  })

  it("has nothing to say about nonsense", () => {
    expect(didYouMean("qqqqqqqq", names)).toBe("")
  })
})
