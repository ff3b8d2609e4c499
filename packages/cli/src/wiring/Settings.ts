import * as FileSystem from "@effect/platform/FileSystem"
import type { Policy } from "@sluice/assets/privacy/Generalisation"
import * as SparkSettings from "@sluice/assets/SparkSettings"
import type * as Setting from "@sluice/core/settings/Setting"
import { load as loadAll, SettingsInvalid } from "@sluice/core/settings/Settings"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as ProgramSettings from "../settings/ProgramSettings.ts"
import * as UnknownKeys from "../settings/UnknownKeys.ts"
import * as DotEnv from "./DotEnv.ts"
import * as Proxies from "./Proxies.ts"
import * as ThisProcess from "./ThisProcess.ts"

export interface Settings extends ProgramSettings.ProgramSettings, SparkSettings.SparkSettings {
  readonly generalisation: Policy
  /** The proxies through which the API is asked. */
  readonly proxies: Proxies.Proxies
}

/** The secret that seals the store's keys may be in a file of its own, as Docker and Kubernetes hand secrets over. */
const withSecretOfFile = Effect.fnUntraced(function* (settings: Settings) {
  if (settings.secretFile === undefined) return settings
  const fs = yield* FileSystem.FileSystem
  const refuse = (what: string) => new SettingsInvalid({ problems: [`SLUICE_SECRET_FILE ${what}`] })
  const text = yield* Effect.mapError(fs.readFileString(settings.secretFile), () =>
    refuse("names no file that can be read.")
  )
  const secret = yield* Effect.mapError(ProgramSettings.parseSecret(text), (problem) =>
    refuse(`names a file whose text ${problem}`)
  )
  return { ...settings, secret }
})

const keysOf = (settings: Readonly<Record<string, Setting.Any>>) => Object.values(settings).map(({ key }) => key)

const known: UnknownKeys.Known = {
  program: keysOf(ProgramSettings.settings),
  pipeline: keysOf(SparkSettings.settings),
  others: ProgramSettings.compose.map(({ key }) => key)
}

/** The settings of the program and of the pipeline, and all that is wrong with either. */
const both = Effect.gen(function* () {
  const [pipeline, program] = yield* Effect.all([loadAll(SparkSettings.settings), ProgramSettings.load], {
    mode: "either"
  })
  const problems = [pipeline, program].flatMap((each) => (each._tag === "Left" ? each.left.problems : []))
  if (pipeline._tag === "Left" || program._tag === "Left") return yield* new SettingsInvalid({ problems })
  const { apiUrl } = pipeline.right
  const proxies = apiUrl === undefined ? Proxies.none : yield* Proxies.forApi(apiUrl)
  const generalisation = SparkSettings.generalisationOf(pipeline.right)
  const settings: Settings = { ...pipeline.right, ...program.right, generalisation, proxies }
  return settings
})

/**
 * The settings: from the environment, and what it leaves open from the file of settings. Fails for a file that
 * cannot be read, and for keys of either that are settings misspelt: a run that took no notice would read or write elsewhere.
 * Proxies come from the environment alone, where other programs find them.
 */
export const load = Effect.gen(function* () {
  const file = yield* DotEnv.File
  const dotEnv = yield* DotEnv.read(file)
  const variables = yield* ThisProcess.variables
  const set = new Set([...variables, ...dotEnv.keys.map(([key]) => key)])
  const problems = [
    ...UnknownKeys.inFile(file.path, dotEnv.keys, known),
    ...UnknownKeys.inEnvironment(variables, (key) => set.has(key), known)
  ]
  const { provider } = dotEnv
  const settings =
    provider === undefined
      ? both
      : Effect.configProviderWith((environment) =>
          Effect.withConfigProvider(
            both,
            ConfigProvider.orElse(environment, () => provider)
          )
        )
  if (problems.length === 0) return yield* Effect.flatMap(settings, withSecretOfFile)
  const others = yield* Effect.match(settings, { onFailure: (error) => error.problems, onSuccess: () => [] })
  return yield* new SettingsInvalid({ problems: [...problems, ...others] })
}).pipe(Effect.withSpan("Settings.load"))
