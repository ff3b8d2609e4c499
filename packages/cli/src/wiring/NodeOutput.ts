import { fstatSync, writeSync } from "node:fs"
import { shellWord } from "@sluice/core/command/shellWord"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { OutputFailed } from "../CliError.ts"
import { Output } from "../Output.ts"
import * as Style from "../render/Style.ts"
import * as ThisProgram from "./ThisProgram.ts"

/** This process's standard output and error. The commands in messages include `--env-file`, if it was given. */
export const layer = (envFile: string | undefined): Layer.Layer<Output> =>
  Layer.effect(
    Output,
    Effect.gen(function* () {
      const environment = yield* Effect.orDie(
        Config.all({
          noColor: set("NO_COLOR"),
          term: set("TERM"),
          columns: set("COLUMNS"),
          startedAs: set("SLUICE_STARTED_AS"),
          locale: Config.map(Config.all([set("LC_ALL"), set("LC_CTYPE"), set("LANG")]), (names) =>
            names.find((name) => name !== "")
          )
        })
      )
      const own = environment.startedAs === "" ? ThisProgram.words : environment.startedAs
      const program = envFile === undefined ? own : `${own} --env-file ${shellWord(envFile)}`
      const styleOf = (stream: StandardStream) =>
        Style.make({
          colour: stream.isTTY === true && environment.noColor === "" && environment.term !== "dumb",
          unicode: environment.locale === undefined || /utf-?8/i.test(environment.locale),
          columns: stream.isTTY === true ? stream.columns || 80 : Number(environment.columns) || Number.POSITIVE_INFINITY,
          program
        })
      const { stdout, stderr } = process
      const interactive = stderr.isTTY === true && environment.term !== "dumb"
      /** The first error of each stream. */
      const broken = new Map<StandardStream, unknown>()
      const breaks = (stream: StandardStream, error: unknown) => broken.has(stream) || broken.set(stream, error)
      for (const stream of [stdout, stderr]) stream.on("error", (error) => breaks(stream, error))

      let drawn: ReadonlyArray<string> = []
      const erase = () => (drawn.length === 0 ? "" : `\u001b[${drawn.length}A\u001b[0J`)
      const textOf = (lines: ReadonlyArray<string>) => lines.map((line) => `${line}\n`).join("")
      const write = (stream: StandardStream, text: () => string) =>
        Effect.async<void>((resume) => {
          if (broken.has(stream)) resume(Effect.void)
          else if (isWrittenInFull(stream)) stream.write(text(), () => resume(Effect.void))
          else {
            try {
              writeFully(stream.fd, text())
            } catch (error) {
              breaks(stream, error)
            }
            resume(Effect.void)
          }
        })
      const unsafeErr = (lines: ReadonlyArray<string>) => {
        if (!broken.has(stderr)) stderr.write(erase() + textOf(lines) + textOf(drawn))
      }

      return Output.of({
        outStyle: styleOf(stdout),
        errStyle: styleOf(stderr),
        interactive,
        out: (lines) =>
          stdout.isTTY === true && drawn.length > 0
            ? write(stderr, erase).pipe(
                Effect.zipRight(write(stdout, () => textOf(lines))),
                Effect.zipRight(write(stderr, () => textOf(drawn)))
              )
            : write(stdout, () => textOf(lines)),
        complete: Effect.suspend(() => {
          if (!broken.has(stdout) || stdout.isTTY === true) return Effect.void
          const code = codeOf(broken.get(stdout))
          return readerGone.includes(code) ? Effect.void : new OutputFailed({ code })
        }),
        err: (lines) => write(stderr, () => erase() + textOf(lines) + textOf(drawn)),
        unsafeErr,
        live: (lines) =>
          write(stderr, () => {
            const text = erase() + textOf(lines)
            drawn = lines
            return text
          })
      })
    })
  )

type StandardStream = typeof process.stdout | typeof process.stderr

/** Error codes of a pipe or socket whose reader closed it. If writing to a terminal fails, it was closed too. */
const readerGone = ["EPIPE", "ECONNRESET"]

const codeOf = (error: unknown): string => (Predicate.hasProperty(error, "code") ? String(error.code) : "unknown")

/**
 * Whether Node writes all of a text or reports an error. It does for pipes and terminals. For a file on a nearly full disk, the
 * system writes a part of the text; Node drops the rest and reports success.
 *
 * The bigint option matters: Node 20 resolves the next module wrongly if the last plain stats were those of a pipe.
 */
const isWrittenInFull = ({ fd, isTTY }: StandardStream): boolean => {
  if (isTTY === true) return true
  const stats = fstatSync(fd, { bigint: true })
  return stats.isFIFO() || stats.isSocket()
}

const writeFully = (fd: number, text: string) => {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

const set = (name: string) => Config.withDefault(Config.string(name), "")
