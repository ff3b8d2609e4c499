import * as FastCheck from "effect/FastCheck"
import * as PagedApi from "./PagedApi.ts"

/** The changes of a source, with a run after each. */
export interface History {
  /** Whether the API sends entity tags. */
  readonly tagged: boolean
  readonly users: number
  readonly messages: number
  readonly steps: ReadonlyArray<ReadonlyArray<Change>>
}

/** One change of the users or of the messages. */
export interface Change {
  readonly what: (typeof kinds)[number]
  readonly to: "users" | "messages"
  readonly at: number
}

const kinds = ["change", "append", "remove", "move", "insert", "swap", "cut", "double", "break", "mend", "erase"] as const

const change: FastCheck.Arbitrary<Change> = FastCheck.record({
  what: FastCheck.constantFrom(...kinds, "change", "append", "append"),
  to: FastCheck.constantFrom("users", "messages"),
  at: FastCheck.nat(99)
})

export const arbitrary: FastCheck.Arbitrary<History> = FastCheck.record({
  tagged: FastCheck.boolean(),
  users: FastCheck.integer({ min: 14, max: 26 }),
  messages: FastCheck.integer({ min: 14, max: 26 }),
  steps: FastCheck.array(FastCheck.array(change, { maxLength: 2 }), { minLength: 2, maxLength: 5 })
})

/** Sets an API to the start of a history. */
export const begin = ({ messages, tagged, users }: History, api: PagedApi.PagedApi): void => {
  api.tagged = tagged
  api.users = Array.from({ length: users }, (_, n) => PagedApi.userOf(n))
  api.messages = Array.from({ length: messages }, (_, n) => PagedApi.messageOf(n))
  made = 1_000
}

/** The row of a change. */
export const pick = (rows: ReadonlyArray<PagedApi.Row>, { at }: Change): PagedApi.Row | undefined =>
  rows[at % Math.max(1, rows.length)]

/** Applies a change to an API's rows. */
export const apply = (change: Change, api: PagedApi.PagedApi): void => {
  api[change.to] = changed(api[change.to], change, change.to === "users" ? PagedApi.userOf : PagedApi.messageOf)
}

/** Numbers that no row has had. */
let made = 1_000

const noTime = "no time"
const someTime = "2023-01-05T08:00:00.000Z"

const changed = (
  rows: ReadonlyArray<PagedApi.Row>,
  change: Change,
  make: (n: number) => PagedApi.Row
): ReadonlyArray<PagedApi.Row> => {
  const { at, what } = change
  const row = pick(rows, change)
  if (row === undefined) return [make(made++)]
  const place = rows.indexOf(row)
  const before = rows.slice(0, place)
  const after = rows.slice(place + 1)
  switch (what) {
    case "change": {
      const createdAt = `2024-03-01T00:00:${String(at % 60).padStart(2, "0")}.000Z`
      return [...before, { ...row, createdAt, ...(at % 2 === 0 ? { city: `New ${at}`, subscription: [] } : {}) }, ...after]
    }
    case "append":
      return [...rows, ...Array.from({ length: 1 + (at % 3) }, () => make(made++))]
    case "remove":
      return [...before, ...after]
    case "move":
      return [...before, ...after, row]
    case "insert":
      return [...before, make(made++), row, ...after]
    case "swap":
      return [...after.slice(0, 1), ...before, row, ...after.slice(1)]
    case "cut":
      return rows.slice(0, Math.max(2, rows.length - 1 - (at % 5)))
    case "double":
      return [...rows, { ...row, updatedAt: "2024-05-01T00:00:00.000Z" }]
    case "break":
      return [...before, { ...row, createdAt: noTime }, ...after]
    case "mend":
      return rows.map((each) => (each["createdAt"] === noTime ? { ...each, createdAt: someTime } : each))
    default:
      return rows
  }
}
