import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as PlatformConfigProvider from "@effect/platform/PlatformConfigProvider"
import { ConfigInvalid } from "@sluice/assets/PipelineConfig"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"

/** A file of settings. */
export interface DotEnv {
  /** The keys that it sets, in order, each with its line from 1 on. */
  readonly keys: ReadonlyArray<readonly [key: string, line: number]>
  /** Undefined where it sets nothing. */
  readonly provider: ConfigProvider.ConfigProvider | undefined
}

/**
 * Reads a file of settings; one that is not there sets nothing. Fails where it cannot be read, and for lines that set nothing
 * and are neither comments nor blank. These are told by number: they may hold a secret.
 */
export const read = Effect.fn("DotEnv.read")(function* (
  path: string
): Effect.fn.Return<DotEnv, ConfigInvalid, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path).pipe(
    Effect.catchIf(isMissing, () => Effect.succeed("")),
    Effect.mapError((error) => new ConfigInvalid({ problems: [unreadable(path, error)] }))
  )
  const { keys, malformed } = parse(text)
  if (malformed.length > 0) return yield* new ConfigInvalid({ problems: told(path, malformed) })
  if (keys.length === 0) return { keys, provider: undefined }
  // The library reads the file by itself; it is given the text that was looked at.
  const provider = yield* PlatformConfigProvider.fromDotEnv(path).pipe(
    Effect.provide(FileSystem.layerNoop({ readFileString: () => Effect.succeed(text) })),
    Effect.orElseSucceed(() => ConfigProvider.fromMap(new Map()))
  )
  return { keys, provider }
})

/** What a file of settings sets, and the lines of it that say nothing, counted from 1. A quoted value may span lines. */
export const parse = (
  text: string
): { readonly keys: DotEnv["keys"]; readonly malformed: ReadonlyArray<readonly [line: number, what: string]> } => {
  const keys: Array<readonly [string, number]> = []
  const malformed: Array<readonly [number, string]> = []
  const lines = text.replaceAll(/\r\n?/g, "\n").split("\n")
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ""
    if (/^\s*(#.*)?$/.test(line)) continue
    const [, key, value = ""] = assignment.exec(line) ?? []
    const quote = /^["'`]/.exec(value)?.[0]
    if (key === undefined || !/^[^\p{Cc}\ufffd]*$/u.test(value.replaceAll("\t", ""))) malformed.push([at + 1, notPair])
    else if (quote === undefined) keys.push([key, at + 1])
    else {
      const end = endOfQuoted(lines.slice(at), value, quote)
      if (end === undefined) malformed.push([at + 1, notClosed])
      else keys.push([key, at + 1])
      at += end ?? 0
    }
  }
  return { keys, malformed }
}

const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/

const notPair = "is neither KEY=VALUE, nor a comment that begins with #, nor blank"
const notClosed = "opens a quote that is not closed, or has more after it"

/** How many lines further a quoted value ends, where nothing but a comment follows it. */
const endOfQuoted = (lines: ReadonlyArray<string>, value: string, quote: string): number | undefined => {
  const rest = [value, ...lines.slice(1)].join("\n")
  const quoted = new RegExp(`^${quote}(?:\\\\${quote}|[^${quote}])*${quote}[^\\S\\n]*(?:#[^\\n]*)?(?=\\n|$)`).exec(rest)?.[0]
  return quoted === undefined ? undefined : quoted.split("\n").length - 1
}

/** The first of the lines that say nothing, and how many there are more. */
const told = (path: string, malformed: ReadonlyArray<readonly [line: number, what: string]>): ReadonlyArray<string> => [
  ...malformed.slice(0, 5).map(([line, what]) => `Line ${line} of ${path} ${what}.`),
  ...(malformed.length > 5 ? [`So it is with ${malformed.length - 5} more of its lines. Is it the right file?`] : [])
]

const isMissing = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "NotFound"

const unreadable = (path: string, error: PlatformError): string => {
  if (error._tag === "SystemError" && error.reason === "PermissionDenied") {
    return `${path} is there but this user may not read it. Change its owner or permissions, or move it away.`
  }
  return `${path} is there but cannot be read as a file. Make it a file of KEY=VALUE lines, or move it away.`
}
