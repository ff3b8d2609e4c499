import type { Canaries } from "./Canaries.ts"

type Json = Readonly<Record<string, unknown>>

/** The mask tables, by the field of users that feeds them. */
const homes = {
  city: "sensitive_city_ids",
  zipCode: "sensitive_zipcode_ids",
  profession: "sensitive_profession_ids"
} as const

/** Where a masked value may end: in its mask table, or nowhere for rows that are never loaded. */
type Fate = "loaded" | "lost"

/**
 * A user with a canary in every field that must be masked or dropped, and with unknown fields whose names and values are
 * canaries. Public fields (ids, times, country, gender, amounts) have ordinary values.
 */
export const user = (canaries: Canaries, number: number, fate: Fate): Json => {
  const masked = (field: keyof typeof homes) => canaries.text(`users.${field}`, fate === "loaded" ? homes[field] : undefined)
  return {
    id: `user-${number}`,
    createdAt: "2023-01-05T08:00:00.000Z",
    updatedAt: "2024-02-01T09:30:00.000Z",
    firstName: canaries.text("users.firstName"),
    lastName: canaries.text("users.lastName"),
    address: `${canaries.text("users.address")}, "12" O'Hara's \\ Street`,
    city: masked("city"),
    country: "Switzerland",
    zipCode: masked("zipCode"),
    email: canaries.email("users.email"),
    birthDate: canaries.birthDate("users.birthDate"),
    profile: {
      gender: "female",
      isSmoking: number % 2 === 0,
      profession: masked("profession"),
      income: "93216.50",
      [canaries.word("a key in profile")]: canaries.text("a field in profile")
    },
    subscription: [
      {
        createdAt: "2023-01-05T08:00:00.000Z",
        startDate: "2023-01-06T00:00:00.000Z",
        endDate: "2031-01-06T00:00:00.000Z",
        status: "Active",
        amount: "14.90",
        [canaries.text("a key in subscription")]: canaries.text("a field in subscription")
      }
    ],
    phone: canaries.number("users.phone"),
    contacts: [[{ [canaries.text("a key in a list")]: [canaries.number("a number in a list")] }]],
    username: canaries.text("users.username"),
    password: canaries.text("users.password"),
    [canaries.word("an unknown key")]: { [canaries.text("a nested key")]: [canaries.text("an unknown field")] }
  }
}

/** A message with a canary as its text, and with unknown fields. */
export const message = (canaries: Canaries, number: number): Json => ({
  id: `message-${number}`,
  createdAt: "2023-06-01T10:00:00.000Z",
  message: `${canaries.text("messages.message")} said "hello"\nto O'Hara`,
  receiverId: "user-1",
  senderId: "user-2",
  [canaries.word("an unknown key")]: canaries.text("an unknown field")
})

/** `count` valid users, and an older version of one of them, which is skipped. */
export const users = (canaries: Canaries, count: number): ReadonlyArray<unknown> => [
  ...Array.from({ length: count }, (_, i) => user(canaries, i + 1, "loaded")),
  { ...user(canaries, 1, "lost"), updatedAt: "2020-01-01T00:00:00.000Z" }
]

export const messages = (canaries: Canaries, count: number): ReadonlyArray<unknown> =>
  Array.from({ length: count }, (_, i) => message(canaries, i + 1))

/** Thousands of messages, all with the same canaries. */
export const manyMessages = (canaries: Canaries, count: number): ReadonlyArray<unknown> => {
  const one = message(canaries, 0)
  return Array.from({ length: count }, (_, i) => ({ ...one, id: `many-${i}` }))
}

/** Users that are never loaded. */
export const lostUsers = (canaries: Canaries, count: number): ReadonlyArray<unknown> =>
  Array.from({ length: count }, (_, i) => user(canaries, i + 1, "lost"))

/** For each field that is read, users with a canary of a wrong type or shape in it. None can be decoded. */
export const wrongUsers = (canaries: Canaries): ReadonlyArray<unknown> => {
  let number = 1_000
  const wrong = (field: string) => canaries.text(`a wrong ${field}`)
  const broken = (change: (row: Json) => Json) => change(user(canaries, number++, "lost"))
  const plain = ["createdAt", "updatedAt", "birthDate"].map((field) => broken((row) => ({ ...row, [field]: wrong(field) })))
  const objects = ["id", "city", "country", "zipCode", "email"].map((field) =>
    broken((row) => ({ ...row, [field]: { [wrong(field)]: [wrong(field)] } }))
  )
  const profile = ["gender", "isSmoking", "profession", "income"].map((field) =>
    broken((row) => ({
      ...row,
      profile: { gender: null, isSmoking: null, profession: null, income: null, [field]: [wrong(field)] }
    }))
  )
  const subscription = ["createdAt", "startDate", "endDate", "amount"].map((field) =>
    broken((row) => ({
      ...row,
      subscription: [{ createdAt: "2023-01-05T08:00:00.000Z", status: "Active", [field]: wrong(field) }]
    }))
  )
  const odd = [
    broken((row) => ({ ...row, id: wrong("id").repeat(8) })),
    broken((row) => ({ ...row, id: { value: canaries.number("a wrong id") } })),
    broken((row) => ({ ...row, birthDate: canaries.number("a wrong birthDate") })),
    broken((row) => ({ ...row, city: canaries.number("a wrong city") })),
    broken((row) => ({ ...row, email: [canaries.email("a wrong email")] })),
    broken((row) => ({ ...row, createdAt: `2023-01-05T08:00:00.000Z (${wrong("createdAt")})` })),
    broken((row) => ({ ...row, city: `${wrong("city")}\ud800` })),
    broken((row) => ({ ...row, profile: { gender: wrong("gender").repeat(8), income: "1" } })),
    broken((row) => ({ ...row, profile: { isSmoking: wrong("isSmoking"), income: wrong("income") } })),
    broken((row) => ({ ...row, profile: wrong("profile") })),
    broken((row) => ({ ...row, subscription: wrong("subscription") })),
    broken((row) => ({ ...row, subscription: [wrong("subscription")] })),
    wrong("row"),
    [wrong("row")],
    { [wrong("row")]: wrong("row") }
  ]
  return [...plain, ...objects, ...profile, ...subscription, ...odd]
}

/** Undecodable messages, made in the same way. */
export const wrongMessages = (canaries: Canaries): ReadonlyArray<unknown> => [
  ...["id", "createdAt", "senderId", "receiverId"].map((field, i) => ({
    ...message(canaries, 1_000 + i),
    [field]: field === "createdAt" ? canaries.text(`a wrong ${field}`) : [canaries.text(`a wrong ${field}`)]
  })),
  canaries.text("a wrong row")
]
