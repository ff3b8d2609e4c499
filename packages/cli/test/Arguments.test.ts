import { expect, it } from "vitest"
import * as Arguments from "../src/Arguments.ts"

const vocabulary: Arguments.Vocabulary = {
  commands: new Map([
    ["query", ["--as", "--json"]],
    ["runs show", []]
  ]),
  assets: ["users_raw"]
}

it("known words are no problem, options before and after, and what looks like an option inside a value or after --", () => {
  const lines = [
    ["query", "select 1 -- two"],
    ["query", "--as", "analyst", "-- a comment, then select 1"],
    ["runs", "show", "20240301"],
    ["query", "--", "--nonsense"],
    []
  ]
  expect(lines.map((args) => Arguments.read(args, vocabulary).problem)).toEqual(lines.map(() => undefined))
})

it("the command is told even where an option is wrong, so that its help can be shown", () => {
  expect(Arguments.read(["runs", "show", "--nope", "--help"], vocabulary)).toEqual({
    command: "runs show",
    asksForHelp: true,
    problem: '"--nope" is not an option of runs show. `pnpm assets runs show --help` shows its options.'
  })
})

it("an asset in a command's place keeps the rest of the line in the suggestion", () => {
  expect(Arguments.read(["users_raw", "--json"], vocabulary).problem).toBe(
    '"users_raw" is an asset, not a command. Did you mean `pnpm assets materialize users_raw --json`?'
  )
})

it("the log level is taken out wherever it stands", () => {
  expect([["--log-level", "debug", "list"], ["list", "--log-level=debug"], ["list"]].map(Arguments.takeLogLevel)).toEqual([
    { level: "debug", rest: ["list"] },
    { level: "debug", rest: ["list"] },
    { level: undefined, rest: ["list"] }
  ])
})
