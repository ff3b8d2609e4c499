import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { SettingsInvalid } from "@sluice/core/settings/Settings"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DotEnvSyntax from "./DotEnvSyntax.ts"

/**
 * The file of settings: the file of `--env-file`, or `.env` in the current directory. Node reads `--env-file` too. If the file
 * is missing, Node ends with its own message.
 */
export class File extends Context.Reference<File>()("@sluice/cli/DotEnv/File", {
  defaultValue: (): { readonly path: string; readonly required: boolean } => ({ path: ".env", required: false })
}) {}

/** The content of a file of settings. */
export interface DotEnv {
  /** The keys of the file, in order, each with its line number from 1. */
  readonly keys: ReadonlyArray<readonly [key: string, line: number]>
  /** The values of the file. Undefined if it sets nothing. */
  readonly provider: ConfigProvider.ConfigProvider | undefined
}

/**
 * Reads a file of settings. A missing file sets nothing, unless it is required. Fails if the file cannot be read, for lines that set nothing and are
 * neither comments nor blank, and for a `$name` that is set neither above nor in the environment. The error names lines by
 * number and never shows them: they may hold a secret.
 */
export const read = Effect.fn("DotEnv.read")(function* ({
  path,
  required
}: typeof File.Service): Effect.fn.Return<DotEnv, SettingsInvalid, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path).pipe(
    Effect.catchIf(
      (error) => isMissing(error) && !required,
      () => Effect.succeed("")
    ),
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

/** Reads the environment first, then the lines above, as Compose does. */
const resolve = Effect.fnUntraced(function* (part: DotEnvSyntax.Part, above: ReadonlyMap<string, string>) {
  if (typeof part === "string") return part
  const { ifEmpty, ifUnset, name } = part
  const fromEnvironment = yield* Effect.orElseSucceed(Config.option(Config.string(name)), Option.none)
  const value = Option.getOrElse(fromEnvironment, () => above.get(name)) ?? ifUnset
  return value === "" ? (ifEmpty ?? "") : value
})

const notSet = `has a $ before a name that is set neither above it nor in the environment. ${DotEnvSyntax.dollarAdvice}`

/** The first five refused lines, and the number of others. */
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
  if (isMissing(error)) return `There is no file ${path}. Name a file of KEY=VALUE lines with --env-file.`
  return `${path} is there but cannot be read as a file. Make it a file of KEY=VALUE lines, or move it away.`
}
