import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Answer from "./Answer.ts"
import type { SourceError } from "./SourceError.ts"
import type * as Validators from "./Validators.ts"

/** Where answers are fetched and read: by default here and now. It makes no difference to what comes of them. */
export class Answers extends Context.Reference<Answers>()("@sluice/rest-source/Answers", {
  defaultValue: (): {
    /** As `Answer.openUnless` does it. */
    readonly openUnless: <A>(
      url: URL,
      options: Answer.Options<A>,
      known: Validators.Validators
    ) => Effect.Effect<Answer.Answer<A> | undefined, SourceError, HttpClient.HttpClient | Scope.Scope>
  } => ({ openUnless: Answer.openUnless })
}) {}

/** Asks for one answer, whatever is known of an earlier one. */
export const open = <A>(
  url: URL,
  options: Answer.Options<A>
): Effect.Effect<Answer.Answer<A>, SourceError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.flatMap(openUnless(url, options, {}), (answer) =>
    answer === undefined ? Effect.dieMessage("a server cannot know an answer by nothing") : Effect.succeed(answer)
  )

/** The same, unless the server says that the answer is still the one that is known: then undefined. */
export const openUnless = <A>(
  url: URL,
  options: Answer.Options<A>,
  known: Validators.Validators
): Effect.Effect<Answer.Answer<A> | undefined, SourceError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.flatMap(Answers, (answers) => answers.openUnless(url, options, known))
