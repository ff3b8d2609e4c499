import * as Flag from "@sluice/core/command/Flag"
import * as Either from "effect/Either"
import * as LogLevel from "effect/LogLevel"

export const help = Flag.boolean("help", "this help; -h is the same")

const levels = new Map(LogLevel.allLevels.map((level) => [level.label.toLowerCase(), level]))

export const logLevel: Flag.Flag<LogLevel.LogLevel> = {
  ...Flag.text("log-level", "LEVEL", "debug logs more, and shows where an error came from"),
  parse: ([typed = "info"]) => {
    const level = levels.get(typed === "warning" ? "warn" : typed.toLowerCase())
    return level === undefined ? Either.left(`must be one of ${[...levels.keys()].join(", ")}`) : Either.right(level)
  }
}

export const envFile = Flag.text("env-file", "FILE", "the file of settings; default .env in the current directory")

/** The loader takes this option. The program refuses it, because without the loader it runs one pipeline. */
export const module: Flag.Flag<undefined> = {
  ...Flag.text("module", "FILE", "run the pipeline that this module exports"),
  parse: ([typed]) =>
    typed === undefined
      ? Either.right(undefined)
      : Either.left("is an option of the program sluice, and this program runs one pipeline")
}

export const completions = Flag.oneOf("completions", "SHELL", ["bash", "fish", "sh", "zsh"], "a completion script to source")

export const version = Flag.boolean("version", "the version of the program")

/** The options that every command has, in the order in which help shows them. */
export const all: ReadonlyArray<Flag.Flag<unknown>> = [help, module, envFile, logLevel, completions, version]
