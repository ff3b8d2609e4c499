import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Output } from "../Output.ts"
import * as Style from "../render/Style.ts"

/** This process's standard output and error. */
export const layer: Layer.Layer<Output> = Layer.effect(
  Output,
  Effect.gen(function* () {
    const environment = yield* Effect.orDie(
      Config.all({
        noColor: set("NO_COLOR"),
        term: set("TERM"),
        columns: set("COLUMNS"),
        locale: Config.map(Config.all([set("LC_ALL"), set("LC_CTYPE"), set("LANG")]), (names) =>
          names.find((name) => name !== "")
        )
      })
    )
    const styleOf = (stream: NodeJS.WriteStream) =>
      Style.make({
        colour: stream.isTTY === true && environment.noColor === "" && environment.term !== "dumb",
        unicode: environment.locale === undefined || /utf-?8/i.test(environment.locale),
        columns: stream.isTTY === true ? stream.columns || 80 : Number(environment.columns) || Number.POSITIVE_INFINITY
      })
    const { stdout, stderr } = process
    const interactive = stderr.isTTY === true && environment.term !== "dumb"
    const gone = new Set<NodeJS.WriteStream>()
    for (const stream of [stdout, stderr]) stream.on("error", () => gone.add(stream))

    let drawn: ReadonlyArray<string> = []
    const erase = () => (drawn.length === 0 ? "" : `\u001b[${drawn.length}A\u001b[0J`)
    const textOf = (lines: ReadonlyArray<string>) => lines.map((line) => `${line}\n`).join("")
    const write = (stream: NodeJS.WriteStream, text: () => string) =>
      Effect.async<void>((resume) => {
        if (gone.has(stream)) resume(Effect.void)
        else stream.write(text(), () => resume(Effect.void))
      })
    const unsafeErr = (lines: ReadonlyArray<string>) => {
      if (!gone.has(stderr)) stderr.write(erase() + textOf(lines) + textOf(drawn))
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

const set = (name: string) => Config.withDefault(Config.string(name), "")
