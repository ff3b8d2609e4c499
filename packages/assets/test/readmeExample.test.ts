import { readFileSync } from "node:fs"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Id from "@sluice/core/data/Id"
import type { Timestamp } from "@sluice/core/data/Timestamp"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import { messagesRaw } from "../src/assets/messagesRaw.ts"

const noon: Timestamp = "2024-06-01T12:00:00.000Z"
const start = "1970-01-01T00:00:00.000Z"

// <example>
it.effect("a message keeps who wrote to whom, and when, and nothing else", () =>
  Effect.gen(function* () {
    const [message, ada, bob] = [Id.make("message", "1"), Id.make("user", "7"), Id.make("user", "8")]
    const messages = Dataset.of({ id: message, createdAt: noon, senderId: ada, receiverId: bob })
    const { rows } = yield* materializeForTest(messagesRaw, { messages })
    expect(rows).toStrictEqual([{ id: message, created_at: noon, sender_id: ada, receiver_id: bob, loaded_at: start }])
  })
)
// </example>

it("the README shows the example above, word for word", () => {
  const here = readFileSync(new URL(import.meta.url), "utf8")
  const example = here.split("// <example>\n")[1]?.split("// </example>")[0]
  expect(readFileSync(new URL("../../../README.md", import.meta.url), "utf8")).toContain(example ?? "no example")
})
