import * as Flag from "@sluice/core/command/Flag"
import * as Either from "effect/Either"
import * as LogLevel from "effect/LogLevel"

export const help = Flag.boolean("help", "this; -h is the same")

const levels = new Map(LogLevel.allLevels.map((level) => [level.label.toLowerCase(), level]))

export const logLevel: Flag.Flag<LogLevel.LogLevel> = {
  ...Flag.text("log-level", "LEVEL", "debug tells more, and where an error came from"),
  parse: ([typed = "info"]) => {
    const level = levels.get(typed === "warning" ? "warn" : typed.toLowerCase())
    return level === undefined ? Either.left(`must be one of ${[...levels.keys()].join(", ")}`) : Either.right(level)
  }
}

export const envFile = Flag.text("env-file", "FILE", "the file of settings; .env in the current directory without it")

export const completions = Flag.oneOf("completions", "SHELL", ["bash", "fish", "sh", "zsh"], "completions, to be sourced")

export const version = Flag.boolean("version", "which version this is")

/** The options that every command has, in the order in which help shows them. */
export const all: ReadonlyArray<Flag.Flag<unknown>> = [help, envFile, logLevel, completions, version]
