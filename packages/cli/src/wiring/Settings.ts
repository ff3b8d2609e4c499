import * as FileSystem from "@effect/platform/FileSystem"
import * as PipelineConfig from "@sluice/assets/PipelineConfig"
import * as SettingKeys from "@sluice/assets/SettingKeys"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as DotEnv from "./DotEnv.ts"
import * as Proxies from "./Proxies.ts"
import * as ThisProcess from "./ThisProcess.ts"

export interface Settings extends PipelineConfig.PipelineConfig {
  /** The proxies through which the API is asked. */
  readonly proxies: Proxies.Proxies
}

const file = ".env"

/** The secret that seals the store's keys may be in a file of its own, as Docker and Kubernetes hand secrets over. */
const withSecretOfFile = Effect.fnUntraced(function* (settings: Settings) {
  if (settings.secretFile === undefined) return settings
  const fs = yield* FileSystem.FileSystem
  const refuse = (what: string) => new PipelineConfig.ConfigInvalid({ problems: [`SLUICE_SECRET_FILE ${what}`] })
  const text = yield* Effect.mapError(fs.readFileString(settings.secretFile), () =>
    refuse("names no file that can be read.")
  )
  const secret = yield* Effect.mapError(PipelineConfig.parseSecret(text), (problem) =>
    refuse(`names a file whose text ${problem}`)
  )
  return { ...settings, secret }
})

/**
 * The settings: from the environment, and what it leaves open from `.env` in the current directory. Fails for a `.env` that
 * cannot be read, and for keys of either that are settings misspelt: a run that took no notice would read or write elsewhere.
 * Proxies come from the environment alone, where other programs find them.
 */
export const load = Effect.gen(function* () {
  const dotEnv = yield* DotEnv.read(file)
  const variables = yield* ThisProcess.variables
  const set = new Set([...variables, ...dotEnv.keys.map(([key]) => key)])
  const problems = [
    ...SettingKeys.problemsInFile(file, dotEnv.keys),
    ...SettingKeys.problemsInEnvironment(variables, (key) => set.has(key))
  ]
  const { provider } = dotEnv
  const config =
    provider === undefined
      ? PipelineConfig.load
      : Effect.configProviderWith((environment) =>
          Effect.withConfigProvider(
            PipelineConfig.load,
            ConfigProvider.orElse(environment, () => provider)
          )
        )
  const settings = Effect.flatMap(
    config,
    (config): Effect.Effect<Settings, PipelineConfig.ConfigInvalid> =>
      Effect.map(config.apiUrl === undefined ? Effect.succeed(Proxies.none) : Proxies.forApi(config.apiUrl), (proxies) => ({
        ...config,
        proxies
      }))
  )
  if (problems.length === 0) return yield* Effect.flatMap(settings, withSecretOfFile)
  const others = yield* Effect.match(settings, { onFailure: (error) => error.problems, onSuccess: () => [] })
  return yield* new PipelineConfig.ConfigInvalid({ problems: [...problems, ...others] })
}).pipe(Effect.withSpan("Settings.load"))
