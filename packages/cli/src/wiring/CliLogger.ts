import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type { Output } from "../Output.ts"
import * as Layout from "../render/Layout.ts"
import type { Style } from "../render/Style.ts"

/**
 * Logs to standard error, one line per entry: level, message, fields. Causes are left out, because defects could quote data.
 */
export const make = (output: typeof Output.Service) =>
  Logger.make(({ logLevel, message, annotations }) => {
    const style = output.errStyle
    const fields = [...HashMap.toEntries(annotations)].map(([key, value]) => `${key}=${String(value)}`)
    const words = (Array.isArray(message) ? message : [message]).filter((part) => typeof part === "string")
    const text = Layout.printable(style.worded([...words, ...fields].join(" ")))
    output.unsafeErr([`${levelOf(logLevel, style)} ${style.dim(text)}`])
  })

const levelOf = (level: LogLevel.LogLevel, style: Style): string => {
  const label = level.label.toLowerCase().padEnd(5)
  if (LogLevel.greaterThanEqual(level, LogLevel.Error)) return style.red(label)
  return LogLevel.greaterThanEqual(level, LogLevel.Warning) ? style.yellow(label) : style.dim(label)
}
