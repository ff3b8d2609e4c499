import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as HttpPage from "./HttpPage.ts"
import type { SourceError } from "./SourceError.ts"
import type * as Validators from "./Validators.ts"

/** Where answers are fetched and read. Default: in this thread. The result is the same everywhere. */
export class PageReader extends Context.Reference<PageReader>()("@sluice/rest-source/PageReader", {
  defaultValue: (): {
    /** See `HttpPage.openUnless`. */
    readonly openUnless: <A>(
      url: URL,
      options: HttpPage.Options<A>,
      known: Validators.Validators
    ) => Effect.Effect<HttpPage.HttpPage<A> | undefined, SourceError, HttpClient.HttpClient | Scope.Scope>
  } => ({ openUnless: HttpPage.openUnless })
}) {}

/** Requests one answer unconditionally. */
export const open = <A>(
  url: URL,
  options: HttpPage.Options<A>
): Effect.Effect<HttpPage.HttpPage<A>, SourceError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.flatMap(openUnless(url, options, {}), (answer) =>
    answer === undefined ? Effect.dieMessage("a server cannot know an answer by nothing") : Effect.succeed(answer)
  )

/** Requests one answer; returns undefined if the server says that the known one is unchanged. */
export const openUnless = <A>(
  url: URL,
  options: HttpPage.Options<A>,
  known: Validators.Validators
): Effect.Effect<HttpPage.HttpPage<A> | undefined, SourceError, HttpClient.HttpClient | Scope.Scope> =>
  Effect.flatMap(PageReader, (answers) => answers.openUnless(url, options, known))
