import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import * as DotEnv from "../../src/wiring/DotEnv.ts"
import * as DotEnvSyntax from "../../src/wiring/DotEnvSyntax.ts"

const notPair = "is neither KEY=VALUE, nor a comment that begins with #, nor blank"
const notClosed = "opens a quote that is not closed, or has more after it"

const keysOf = (text: string) => {
  const { assignments, malformed } = DotEnvSyntax.parse(text)
  return { keys: assignments.map(({ key, line }) => [key, line]), malformed }
}

it("keys are found with their lines, among comments, blank lines and quoted values of several lines", () => {
  const text = `\ufeff# a comment\n\nA=1\r\n  export B = two # more\nC="one\ntwo"\nD='#' # more\nE=\nF=\`x\`\n`.slice(1)
  expect(keysOf(text)).toEqual({
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
  expect(keysOf(`A=1\ncanary\nB: 2\n=3\n9=x\nC="open\nD='x' y\nE=\u0000\nF=2`)).toEqual({
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

const readOf = (readFileString: FileSystem.FileSystem["readFileString"], file = { path: ".env", required: false }) =>
  DotEnv.read(file).pipe(Effect.provide(FileSystem.layerNoop({ readFileString })))

/** What a file sets `KEY` to, in an environment that has `OUTER` and an empty `EMPTY`. */
const valueOf = (text: string) =>
  readOf(() => Effect.succeed(text)).pipe(
    Effect.flatMap(({ provider }) =>
      provider === undefined ? Effect.succeed("") : Effect.withConfigProvider(Config.string("KEY"), provider)
    ),
    Effect.withConfigProvider(
      ConfigProvider.fromMap(
        new Map([
          ["OUTER", "outer"],
          ["EMPTY", ""]
        ])
      )
    )
  )

it.effect.each([
  // Single quotes: literal, as in Compose and the shell.
  [`KEY='abc$def'`, "abc$def"],
  [`KEY='pa$$word'`, "pa$$word"],
  ["KEY='a\\n \\\\ #'", "a\\n \\\\ #"],
  [`KEY='\${OUTER}'`, `\${OUTER}`],
  [String.raw`KEY='Let\'s go!'`, "Let's go!"],
  // Elsewhere two dollar signs are one, and a backslash escapes one.
  [`KEY=pa$$word`, "pa$word"],
  [`KEY="pa$$word"`, "pa$word"],
  [`KEY=$$OUTER$$$OUTER`, "$OUTER$outer"],
  [String.raw`KEY=pa\$word\\$x`, String.raw`pa$word\$x`],
  [String.raw`KEY="pa\$word"`, "pa$word"],
  ["KEY=`pa\\$word`", "pa$word"],
  // A dollar sign before what is no name is itself.
  ["KEY=5$ $1 $-", "5$ $1 $-"],
  // References, to the environment first.
  [`KEY=a$OUTER-\${OUTER}b`, "aouter-outerb"],
  ["OUTER=inner\nKEY=$OUTER", "outer"],
  ["INNER=in$$ner\nKEY='$INNER'", "$INNER"],
  [`INNER=in$$ner\nKEY=\${INNER}$INNER`, "in$nerin$ner"],
  [`KEY=[\${EMPTY}|\${EMPTY-x}|\${EMPTY:-x y}|\${UNSET-x}|\${UNSET:-}]`, "[||x y|x|]"],
  // Escapes in double quotes.
  [String.raw`KEY="a\n\r\t\"\\\d"`, 'a\n\r\t"\\\\d'],
  // Comments begin after a blank.
  ["KEY=pa#ss # more # and more", "pa#ss"],
  ["KEY=#ff0000", "#ff0000"],
  ["KEY= # nothing", ""],
  [`KEY="a # b"# more`, "a # b"]
] as const)("a value means what Compose documents: %s", ([text, value]) =>
  Effect.map(valueOf(text), (found) => expect(found).toBe(value))
)

it.effect("a name that is not set is refused by its line, and so is any other form of reference", () =>
  Effect.gen(function* () {
    const notSet = "has a $ before a name that is set neither above it nor in the environment"
    const notReference = `has a \${ that begins neither \${NAME} nor \${NAME:-default}`
    const advice = "For a dollar sign write $$, or put the value into single quotes."
    const text = `LATER=$NOT_YET\nKEY=can$ary\nA=\${KEY:?canary}\nB=\${KEY\nC=\${KEY:-\${KEY}}\nD=\${}`
    const { problems } = yield* Effect.flip(readOf(() => Effect.succeed(text)))
    expect(problems).toEqual([
      `Line 1 of .env ${notSet}. ${advice}`,
      `Line 2 of .env ${notSet}. ${advice}`,
      ...[3, 4, 5].map((line) => `Line ${line} of .env ${notReference}. ${advice}`),
      "More lines are refused: 1. Is it the right file?"
    ])
  })
)

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

it.effect("a file that is not there sets nothing, unless it is required; one that cannot be read is an error", () =>
  Effect.gen(function* () {
    const { keys } = yield* readOf(refusal("NotFound"))
    const errors = yield* Effect.all([
      Effect.flip(readOf(refusal("NotFound"), { path: "prod.env", required: true })),
      Effect.flip(readOf(refusal("PermissionDenied"))),
      Effect.flip(readOf(refusal("BadResource")))
    ])
    expect([keys, errors.map(({ message }) => message)]).toEqual([
      [],
      [
        "There is no file prod.env. Name a file of KEY=VALUE lines with --env-file.",
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
      "More lines are refused: 4. Is it the right file?"
    ])
  })
)
