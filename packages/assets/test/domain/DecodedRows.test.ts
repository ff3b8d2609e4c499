import { expect, it } from "@effect/vitest"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import * as FastCheck from "effect/FastCheck"
import * as Message from "../../src/domain/Message.ts"
import * as User from "../../src/domain/User.ts"
import * as Decoded from "../support/decoded.ts"
import { message, subscription, user } from "../support/sources.ts"

it("every row is decoded or rejected, with its place in the whole answer and its id", () => {
  const rows = [message(), message({ id: "11", createdAt: "soon" }), 5, message({ id: "", senderId: "3" })]
  expect(DecodedRows.decode(Message.decoder, rows, 100)).toStrictEqual({
    rows: [Decoded.message()],
    rejected: [
      { ordinal: 101, id: "11", field: "createdAt", reason: "is not an ISO 8601 time with a zone" },
      { ordinal: 102, id: null, field: "", reason: "is not an object" },
      { ordinal: 103, id: null, field: "id", reason: "is empty" }
    ],
    unknownFields: new Map()
  })
})

it("a message without a sender or a receiver is rejected", () => {
  const { senderId: _sender, ...noSender } = message()
  const { rejected } = DecodedRows.decode(Message.decoder, [noSender, message({ receiverId: null })], 0)
  expect(rejected).toStrictEqual([
    { ordinal: 0, id: "10", field: "senderId", reason: "is missing" },
    { ordinal: 1, id: "10", field: "receiverId", reason: "is neither text nor a whole number" }
  ])
})

it("fields that are not known are counted by their path; what does not look like a name is not told", () => {
  const rows = [
    user({ username: "canary", "ada@example.com": 1, profile: { hobby: 1 }, subscription: [subscription({ plan: 1 })] }),
    user({ username: "canary", "": 1, "two words": 1, ["y".repeat(65)]: 1 }),
    { password: "canary" }
  ]
  expect(DecodedRows.decode(User.decoder, rows, 0).unknownFields).toStrictEqual(
    new Map([
      ["profile.hobby", 1],
      ["subscription.plan", 1],
      ["username", 2],
      ["(other)", 4],
      ["password", 1]
    ])
  )
})

it("an object with many different names is data, and its names are told no more after a hundred", () => {
  const names = Array.from({ length: 150 }, (_, i) => [`name${i}`, 1])
  const { unknownFields } = DecodedRows.decode(Message.decoder, [message(Object.fromEntries(names))], 0)
  expect([unknownFields.size, unknownFields.get("(other)")]).toStrictEqual([101, 50])
})

const canary = "CANARY"
const planted = FastCheck.oneof(
  FastCheck.constantFrom(canary, `${canary}@example.com`, { [`${canary} x`]: canary }, [canary], 7.5, true, null, "\ud800"),
  FastCheck.string().map((text) => canary + text)
)
const fieldsOf = (row: object) => FastCheck.record(Object.fromEntries(Object.keys(row).map((name) => [name, planted])))

it.prop(
  "whatever stands in a row, decoding does not throw, and no reason or name repeats a value",
  [
    FastCheck.oneof(
      planted,
      FastCheck.jsonValue(),
      FastCheck.tuple(fieldsOf(user()), FastCheck.subarray(Object.keys(user()))).map(([odd, good]) => ({
        ...odd,
        ...Object.fromEntries(Object.entries(user()).filter(([name]) => good.includes(name)))
      })),
      fieldsOf(user().profile).map((profile) => user({ profile })),
      fieldsOf(subscription()).map((odd) => user({ subscription: [odd] }))
    )
  ],
  ([row]) => {
    const page = DecodedRows.decode(User.decoder, [row], 0)
    const told = page.rejected.map(({ field, reason }) => ({ field, reason }))
    expect(page.rows.length + page.rejected.length).toStrictEqual(1)
    expect(JSON.stringify([told, [...page.unknownFields.keys()]])).not.toContain(canary)
  },
  { fastCheck: { numRuns: 500 } }
)
