import { expect, it } from "vitest"
import * as Arguments from "../src/Arguments.ts"

const vocabulary = {
  commands: new Map([
    ["query", ["--as ACCOUNT", "--tag T…", "--json"]],
    ["runs show", []],
    ["erase", ["--dry-run", "--stdin"]]
  ]),
  assets: ["users_raw"],
  discreet: "erase"
}

it("known words are no problem, options before and after, and what looks like an option inside a value or after --", () => {
  const lines = [
    ["query", "select 1 -- two"],
    ["query", "--as", "analyst", "-- a comment, then select 1"],
    ["runs", "show", "20240301"],
    ["query", "--", "--nonsense"],
    ["query", "--as=analyst", "--tag", "a", "--tag", "--nonsense", "--completions", "zsh"],
    []
  ]
  expect(lines.map((args) => Arguments.problem(args, vocabulary))).toEqual(lines.map(() => undefined))
})

it("the command is told even where an option is wrong, so that its help can be shown", () => {
  const args = ["runs", "show", "--nope", "--help"]
  expect(Arguments.read(args, vocabulary)).toEqual({ command: "runs show", family: "", asksForHelp: true })
  expect(Arguments.problem(args, vocabulary)).toBe(
    '"--nope" is not an option of runs show. `pnpm assets runs show --help` shows its options.'
  )
})

it("an asset in a command's place keeps the rest of the line in the suggestion", () => {
  expect(Arguments.problem(["users_raw", "--json"], vocabulary)).toBe(
    '"users_raw" is an asset, not a command. Did you mean `pnpm assets materialize users_raw --json`?'
  )
})

// Regression: `--tag=team=growth` was cut at its second sign of equality, and taken for the name of an asset.
it("a value that is written with its option is the option's, whatever is in it; after -- nothing is", () => {
  expect(Arguments.forParser(["query", "--tag=a=b", "--json=true", "a=b", "--", "--tag=c"], "query", vocabulary)).toEqual([
    "query",
    "--tag",
    "a=b",
    "--json=true",
    "a=b",
    "--",
    "--tag=c"
  ])
})

it("the log level is taken out wherever it stands", () => {
  expect([["--log-level", "debug", "list"], ["list", "--log-level=debug"], ["list"]].map(Arguments.takeLogLevel)).toEqual([
    { level: "debug", rest: ["list"] },
    { level: "debug", rest: ["list"] },
    { level: undefined, rest: ["list"] }
  ])
})

// Regression: an option without its value was taken for the name of an asset.
it("an option that has no value, or is there again, is told by its name", () => {
  const lines = [
    ["query", "--as"],
    ["query", "--as", "--json"],
    ["query", "--as="],
    ["query", "--as", "--", "select 1"],
    ["query", "--json", "--json"],
    ["query", "--as", "a", "--as", "b"],
    ["--completions"],
    ["--completions", "powershell"]
  ]
  const needs = "--as needs a value: --as ACCOUNT. `pnpm assets query --help` shows its options."
  expect(lines.map((args) => Arguments.problem(args, vocabulary))).toEqual([
    needs,
    needs,
    needs,
    needs,
    "--json is given twice. Give it once. `pnpm assets query --help` shows its options.",
    "--as is given twice. Give it once. `pnpm assets query --help` shows its options.",
    "--completions needs a value: --completions SHELL. `pnpm assets --help` shows its options.",
    "--completions must be one of bash, fish, sh, zsh."
  ])
})

// Regression: an id that begins like an option was repeated on standard error, as the name of an unknown one.
it("whatever is wrong with a line that names a person, no word of it is repeated that is not known", () => {
  const lines = [
    ["erase", "-ada"],
    ["erase", "--ada", "--dry-run"],
    ["erase", "--ada=ada"],
    ["ada", "erase"],
    ["runs", "ada", "erase"],
    ["users_raw", "ada", "erase"]
  ]
  const option =
    "That is not an option of erase. An id that begins with - is read from standard input: `pnpm assets erase -`."
  const order = "Name the command first: `pnpm assets erase …`. `pnpm assets erase --help` shows its options."
  expect(lines.map((args) => Arguments.problem(args, vocabulary))).toEqual([option, option, option, order, order, order])
  expect(Arguments.problem(["erase", "--dry-run", "--dry-run"], vocabulary)).toBe(
    "--dry-run is given twice. Give it once. `pnpm assets erase --help` shows its options."
  )
})

it("a lone - is standard input, for a command that reads it", () => {
  const parsed = (command: string, ...args: ReadonlyArray<string>) =>
    Arguments.forParser([command, ...args], command, vocabulary).slice(1)
  expect([parsed("erase", "-", "--dry-run"), parsed("erase", "--", "-"), parsed("query", "-")]).toEqual([
    ["--stdin", "--dry-run"],
    ["--", "-"],
    ["-"]
  ])
})
