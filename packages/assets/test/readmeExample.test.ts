import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import { messagesRaw } from "../src/assets/messagesRaw.ts"

const noon = "2024-06-01T12:00:00.000Z"
const start = "1970-01-01T00:00:00.000Z"

// <example>
it.effect("a message keeps who wrote to whom, and when, and nothing else", () =>
  Effect.gen(function* () {
    const messages = Dataset.of({ id: "1", createdAt: noon, senderId: "7", receiverId: "8" })
    const { rows } = yield* materializeForTest(messagesRaw, { messages })
    assert.deepStrictEqual(rows, [{ id: "1", created_at: noon, sender_id: "7", receiver_id: "8", loaded_at: start }])
  })
)
// </example>

it("the README shows the example above, word for word", () => {
  const here = readFileSync(new URL(import.meta.url), "utf8")
  const example = here.split("// <example>\n")[1]?.split("// </example>")[0]
  assert.include(readFileSync(new URL("../../../README.md", import.meta.url), "utf8"), example ?? "no example")
})
