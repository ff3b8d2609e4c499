import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { SettingsInvalid } from "@sluice/core/settings/Settings"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DotEnvSyntax from "./DotEnvSyntax.ts"

/** A file of settings. */
export interface DotEnv {
  /** The keys that it sets, in order, each with its line from 1 on. */
  readonly keys: ReadonlyArray<readonly [key: string, line: number]>
  /** Undefined if it sets nothing. */
  readonly provider: ConfigProvider.ConfigProvider | undefined
}

/**
 * Reads a file of settings; a missing file sets nothing. Fails if the file cannot be read, for lines that set nothing and are
 * neither comments nor blank, and for a `$name` that is set neither above nor in the environment. The error names lines by
 * number and never shows them: they may hold a secret.
 */
export const read = Effect.fn("DotEnv.read")(function* (
  path: string
): Effect.fn.Return<DotEnv, SettingsInvalid, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path).pipe(
    Effect.catchIf(isMissing, () => Effect.succeed("")),
    Effect.mapError((error) => new SettingsInvalid({ problems: [unreadable(path, error)] }))
  )
  const { assignments, malformed } = DotEnvSyntax.parse(text)
  const problems = [...malformed]
  const values = new Map<string, string>()
  for (const { key, line, parts } of assignments) {
    const resolved = yield* Effect.forEach(parts, (part) => resolve(part, values))
    if (resolved.includes(undefined)) problems.push([line, notSet])
    values.set(key, resolved.join(""))
  }
  if (problems.length > 0) return yield* new SettingsInvalid({ problems: sentences(path, problems) })
  const keys = assignments.map(({ key, line }) => [key, line] as const)
  const provider = ConfigProvider.fromMap(values, { pathDelim: "_", seqDelim: "," })
  return { keys, provider: keys.length === 0 ? undefined : provider }
})

/** The environment is asked first, then the lines above, as by Compose. */
const resolve = Effect.fnUntraced(function* (part: DotEnvSyntax.Part, above: ReadonlyMap<string, string>) {
  if (typeof part === "string") return part
  const { ifEmpty, ifUnset, name } = part
  const fromEnvironment = yield* Effect.orElseSucceed(Config.option(Config.string(name)), Option.none)
  const value = Option.getOrElse(fromEnvironment, () => above.get(name)) ?? ifUnset
  return value === "" ? (ifEmpty ?? "") : value
})

const notSet = `has a $ before a name that is set neither above it nor in the environment. ${DotEnvSyntax.dollarAdvice}`

/** The first of the lines that are refused, in order, and how many more there are. */
const sentences = (path: string, problems: ReadonlyArray<DotEnvSyntax.Problem>): ReadonlyArray<string> => [
  ...[...problems]
    .sort(([a], [b]) => a - b)
    .slice(0, 5)
    .map(([line, what]) => `Line ${line} of ${path} ${what}.`),
  ...(problems.length > 5 ? [`More lines are refused: ${problems.length - 5}. Is it the right file?`] : [])
]

const isMissing = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "NotFound"

const unreadable = (path: string, error: PlatformError): string => {
  if (error._tag === "SystemError" && error.reason === "PermissionDenied") {
    return `${path} is there but this user may not read it. Change its owner or permissions, or move it away.`
  }
  return `${path} is there but cannot be read as a file. Make it a file of KEY=VALUE lines, or move it away.`
}
