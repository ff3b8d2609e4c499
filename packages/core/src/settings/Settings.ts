import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type * as Setting from "./Setting.ts"

/** Settings by their names in code. */
export type Settings = Readonly<Record<string, Setting.Any>>

/** The values of settings, by the same names. */
export type Values<S extends Settings> = { readonly [K in keyof S]: Setting.Value<S[K]> }

/** Settings are wrong. Each problem is a sentence that names the key and never repeats its text. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return this.problems.join("\n")
  }
}

/** The values that could be read, and a sentence for each setting that could not. */
export interface Reading<S extends Settings> {
  readonly values: Partial<Values<S>>
  readonly problems: ReadonlyArray<string>
}

/** Reads every setting, in order. */
export const read = <S extends Settings>(settings: S): Effect.Effect<Reading<S>> =>
  Effect.map(
    Effect.forEach(Object.entries(settings), ([name, { config, key }]) =>
      Effect.map(Effect.either(config), (value) => [name, key, value] as const)
    ),
    (all) => ({
      values: unsafeCast<Partial<Values<S>>>(
        Object.fromEntries(all.flatMap(([name, , value]) => (Either.isRight(value) ? [[name, value.right]] : [])))
      ),
      problems: all.flatMap(([, key, value]) => (Either.isLeft(value) ? [`${key} ${wordsOf(value.left)}`] : []))
    })
  )

/** Reads every setting. Fails with all problems at once. `check` finds problems of several settings together. */
export const load = <S extends Settings>(
  settings: S,
  check: (values: Partial<Values<S>>) => ReadonlyArray<string> = () => []
): Effect.Effect<Values<S>, SettingsInvalid> =>
  Effect.flatMap(read(settings), ({ problems, values }) => {
    const found = [...problems, ...check(values)]
    return found.length === 0 ? Effect.succeed(unsafeCast<Values<S>>(values)) : new SettingsInvalid({ problems: found })
  })

const wordsOf = (error: ConfigError.ConfigError): string => (error._op === "InvalidData" ? error.message : "cannot be read.")
