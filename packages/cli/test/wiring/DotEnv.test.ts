import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import * as DotEnv from "../../src/wiring/DotEnv.ts"

const notPair = "is neither KEY=VALUE, nor a comment that begins with #, nor blank"
const notClosed = "opens a quote that is not closed, or has more after it"

it("keys are found with their lines, among comments, blank lines and quoted values of several lines", () => {
  const text = `\ufeff# a comment\n\nA=1\r\n  export B = two # more\nC="one\ntwo"\nD='#' # more\nE=\nF=\`x\`\n`.slice(1)
  expect(DotEnv.parse(text)).toEqual({
    keys: [
      ["A", 3],
      ["B", 4],
      ["C", 5],
      ["D", 7],
      ["E", 8],
      ["F", 9]
    ],
    malformed: []
  })
})

it("a line that sets nothing is told by its number", () => {
  expect(DotEnv.parse(`A=1\ncanary\nB: 2\n=3\n9=x\nC="open\nD='x' y\nE=\u0000\nF=2`)).toEqual({
    keys: [
      ["A", 1],
      ["F", 9]
    ],
    malformed: [
      [2, notPair],
      [3, notPair],
      [4, notPair],
      [5, notPair],
      [6, notClosed],
      [7, notClosed],
      [8, notPair]
    ]
  })
})

const readOf = (readFileString: FileSystem.FileSystem["readFileString"]) =>
  DotEnv.read(".env").pipe(Effect.provide(FileSystem.layerNoop({ readFileString })))

const refusal = (reason: PlatformError.SystemErrorReason) => () =>
  Effect.fail(new PlatformError.SystemError({ module: "FileSystem", method: "readFile", reason, pathOrDescriptor: ".env" }))

it.effect("a file is read once, and its values are the configuration's", () =>
  Effect.gen(function* () {
    let reads = 0
    const { keys, provider } = yield* readOf(() => Effect.sync(() => `A=${++reads}\n`))
    const value = provider === undefined ? undefined : yield* Effect.withConfigProvider(Config.string("A"), provider)
    expect([keys, value, reads]).toEqual([[["A", 1]], "1", 1])
  })
)

it.effect("a file that is not there sets nothing; one that cannot be read is an error", () =>
  Effect.gen(function* () {
    const { keys } = yield* readOf(refusal("NotFound"))
    const errors = yield* Effect.all(
      [refusal("PermissionDenied"), refusal("BadResource")].map((read) => Effect.flip(readOf(read)))
    )
    expect([keys, errors.map(({ message }) => message)]).toEqual([
      [],
      [
        ".env is there but this user may not read it. Change its owner or permissions, or move it away.",
        ".env is there but cannot be read as a file. Make it a file of KEY=VALUE lines, or move it away."
      ]
    ])
  })
)

it.effect("a file that is something else is not listed line by line", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(readOf(() => Effect.succeed("canary\n".repeat(9))))
    expect(error.problems).toEqual([
      ...[1, 2, 3, 4, 5].map((line) => `Line ${line} of .env ${notPair}.`),
      "So it is with 4 more of its lines. Is it the right file?"
    ])
  })
)
