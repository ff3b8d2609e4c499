import { Output } from "@sluice/cli/Output"
import * as Human from "@sluice/cli/render/Human"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Effect from "effect/Effect"
import * as SampleServer from "../sample/SampleServer.ts"
import type { sampleApi } from "./tables/sampleApi.ts"

export const run = Effect.fn("assets.sampleApi")(function* ({ users, messages, seed, port }: Values<typeof sampleApi>) {
  const output = yield* Output
  const count = users ?? 1_000
  const size =
    users === undefined && messages === undefined && seed === undefined
      ? undefined
      : { users: count, messages: messages ?? count * 10, seed: seed ?? 1 }
  const server = yield* SampleServer.start({ size, port })
  yield* output.out([server.url])
  yield* output.complete
  yield* output.err([
    `Serving ${Human.plural(server.users, "user")} and ${Human.plural(server.messages, "message")}. Use them with SPARK_API_URL=${server.url} ${output.errStyle.program} materialize --all; Ctrl-C ends this.`
  ])
  return yield* Effect.never
}, Effect.scoped)
