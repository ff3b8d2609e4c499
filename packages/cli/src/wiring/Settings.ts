import * as FileSystem from "@effect/platform/FileSystem"
import type { Configured } from "@sluice/core/definitions/Definitions"
import type * as Setting from "@sluice/core/settings/Setting"
import * as Declared from "@sluice/core/settings/Settings"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Pipeline } from "../Pipeline.ts"
import * as ProgramSettings from "../settings/ProgramSettings.ts"
import * as UnknownKeys from "../settings/UnknownKeys.ts"
import * as DotEnv from "./DotEnv.ts"
import * as ThisProcess from "./ThisProcess.ts"

/** The program's settings, and the configured pipeline. */
export interface Settings extends ProgramSettings.ProgramSettings {
  readonly configured: Configured
}

/**
 * Reads the settings from the environment, then from the file of settings. Fails if the file cannot be read, or if a setting is
 * misspelt in either. A run that ignored it would read or write elsewhere than intended.
 */
export const load: Effect.Effect<Settings, Declared.SettingsInvalid, FileSystem.FileSystem | Pipeline> = Effect.gen(
  function* () {
    const definitions = yield* Pipeline
    const file = yield* DotEnv.File
    const dotEnv = yield* DotEnv.read(file)
    const variables = yield* ThisProcess.variables
    const set = new Set([...variables, ...dotEnv.keys.map(([key]) => key)])
    const known: UnknownKeys.Known = {
      program: keysOf(ProgramSettings.settings),
      pipeline: keysOf(definitions.settings),
      others: ProgramSettings.compose.map(({ key }) => key)
    }
    const both = within(dotEnv, Effect.all([definitions.configure, ProgramSettings.load], { mode: "either" }))
    const [configured, program] = yield* both
    const problems = [
      ...UnknownKeys.shared(known),
      ...UnknownKeys.inFile(file.path, dotEnv.keys, known),
      ...UnknownKeys.inEnvironment(variables, (key) => set.has(key), known),
      ...problemsOf(configured),
      ...problemsOf(program)
    ]
    if (problems.length > 0 || Either.isLeft(configured) || Either.isLeft(program)) {
      return yield* new Declared.SettingsInvalid({ problems })
    }
    return { ...(yield* withSecretOfFile(program.right)), configured: configured.right }
  }
).pipe(Effect.withSpan("Settings.load"))

/** Reads a pipeline's settings for one of its own commands: from the environment, then from the file of settings. */
export const valuesOf = <S extends Declared.Settings>(
  settings: S
): Effect.Effect<Declared.Values<S>, Declared.SettingsInvalid, FileSystem.FileSystem> =>
  Effect.flatMap(Effect.flatMap(DotEnv.File, DotEnv.read), (dotEnv) => within(dotEnv, Declared.load(settings)))

/** Reads settings from the environment, then from a file. */
const within = <A, E, R>({ provider }: DotEnv.DotEnv, read: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  provider === undefined
    ? read
    : Effect.configProviderWith((environment) =>
        Effect.withConfigProvider(
          read,
          ConfigProvider.orElse(environment, () => provider)
        )
      )

/** Reads the secret that seals the store's keys from its own file, if there is one, as Docker and Kubernetes provide secrets. */
const withSecretOfFile = Effect.fnUntraced(function* (settings: ProgramSettings.ProgramSettings) {
  if (settings.secretFile === undefined) return settings
  const fs = yield* FileSystem.FileSystem
  const refuse = (what: string) => new Declared.SettingsInvalid({ problems: [`SLUICE_SECRET_FILE ${what}`] })
  const text = yield* Effect.mapError(fs.readFileString(settings.secretFile), () =>
    refuse("names no file that can be read.")
  )
  const secret = yield* Effect.mapError(ProgramSettings.parseSecret(text), (problem) =>
    refuse(`names a file whose text ${problem}`)
  )
  return { ...settings, secret }
})

const keysOf = (settings: Readonly<Record<string, Setting.Any>>) => Object.values(settings).map(({ key }) => key)

const problemsOf = (result: Either.Either<unknown, Declared.SettingsInvalid>): ReadonlyArray<string> =>
  Either.match(result, { onLeft: ({ problems }) => problems, onRight: () => [] })
