import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Output } from "../Output.ts"
import { sampleApiHelp } from "../Pages.ts"
import * as Human from "../render/Human.ts"
import * as SampleServer from "../wiring/SampleServer.ts"
import { wholeNumber } from "./NamedOptions.ts"

const sampleApiOptions = {
  users: wholeNumber("users", 0, 100_000_000).pipe(
    Options.optional,
    Options.withDescription("how many users; default 1000")
  ),
  messages: wholeNumber("messages", 0, 1_000_000_000).pipe(
    Options.optional,
    Options.withDescription("how many messages; default ten per user")
  ),
  seed: wholeNumber("seed", 0, 4_294_967_295).pipe(
    Options.optional,
    Options.withDescription("the same seed, the same rows; default 1")
  ),
  port: wholeNumber("port", 0, 65_535).pipe(Options.withDefault(0), Options.withDescription("default: a free one"))
}

export const sampleApi = Command.make(
  "sample-api",
  sampleApiOptions,
  Effect.fn("assets.sampleApi")(function* ({ users, messages, seed, port }) {
    const output = yield* Output
    const count = Option.getOrElse(users, () => 1_000)
    const size =
      Option.isNone(users) && Option.isNone(messages) && Option.isNone(seed)
        ? undefined
        : { users: count, messages: Option.getOrElse(messages, () => count * 10), seed: Option.getOrElse(seed, () => 1) }
    const server = yield* SampleServer.start({ size, port })
    yield* output.out([server.url])
    yield* output.complete
    yield* output.err([
      `Serving ${Human.plural(server.users, "user")} and ${Human.plural(server.messages, "message")}. Use them with SPARK_API_URL=${server.url} pnpm assets materialize --all; Ctrl-C ends this.`
    ])
    return yield* Effect.never
  }, Effect.scoped)
).pipe(Command.withDescription(sampleApiHelp.summary))
