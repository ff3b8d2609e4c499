import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as Either from "effect/Either"
import { expect, it } from "vitest"
import * as Arguments from "../src/Arguments.ts"

const described = { summary: "", examples: [] }
const tables: ReadonlyArray<CommandTable.CommandTable> = [
  CommandTable.make({
    ...described,
    name: "query",
    arguments: { sql: Argument.repeated("SQL", "") },
    options: {
      as: Flag.text("as", "ACCOUNT", ""),
      tags: Flag.texts("tag", "T", ""),
      json: Flag.boolean("json", "")
    }
  }),
  CommandTable.make({ ...described, name: "runs show", arguments: { run: Argument.optional("RUN", "") }, options: {} }),
  CommandTable.make({
    ...described,
    name: "erase",
    arguments: { id: Argument.secret("USER_ID", "") },
    options: { dryRun: Flag.boolean("dry-run", ""), stdin: Flag.boolean("stdin", "") }
  })
]

/** The arguments and options of a line, or what is wrong with it. */
const typedIn = (args: ReadonlyArray<string>) =>
  Either.match(Arguments.read(args, tables, ["users_raw"]).typed, {
    onLeft: (problem) => problem,
    onRight: (typed) => [typed.arguments, Object.fromEntries(typed.options)]
  })

it("known words are no problem, options before and after, and what looks like an option inside a value or after --", () => {
  expect(
    [
      ["query", "select 1 -- two"],
      ["query", "--as", "analyst", "-- a comment, then select 1"],
      ["runs", "show", "20240301"],
      ["--json", "query", "--", "--nonsense"],
      ["query", "--as=analyst", "--tag", "a", "--tag", "--nonsense", "--completions", "zsh"],
      []
    ].map(typedIn)
  ).toEqual([
    [["select 1 -- two"], {}],
    [["-- a comment, then select 1"], { as: ["analyst"] }],
    [["20240301"], {}],
    [["--nonsense"], { json: ["true"] }],
    [[], { as: ["analyst"], tag: ["a", "--nonsense"], completions: ["zsh"] }],
    [[], {}]
  ])
})

it("the command is told even where an option is wrong, so that its help can be shown", () => {
  expect(Arguments.read(["runs", "show", "--nope", "--help"], tables)).toEqual({
    command: "runs show",
    family: "",
    asksForHelp: true,
    typed: Either.left('"--nope" is not an option of runs show. `sluice runs show --help` shows its options.')
  })
})

it("an asset in a command's place keeps the rest of the line in the suggestion", () => {
  expect(typedIn(["users_raw", "--json"])).toBe(
    '"users_raw" is an asset, not a command. Did you mean `sluice materialize users_raw --json`?'
  )
})

// Regression: `--tag=team=growth` was cut at its second sign of equality, and taken for the name of an asset.
it("a value that is written with its option is the option's, whatever is in it; after -- nothing is", () => {
  expect(typedIn(["query", "--tag=a=b", "--tag=big data", "--json=true", "a=b", "--", "--tag=c"])).toEqual([
    ["a=b", "--tag=c"],
    { tag: ["a=b", "big data"], json: ["true"] }
  ])
})

it("the log level is found wherever it stands", () => {
  const lines = [
    ["--log-level", "debug", "runs", "show", "x"],
    ["runs", "--log-level=debug", "show", "x"],
    ["runs", "show", "x", "--log-level", "debug"]
  ]
  expect(lines.map((args) => [Arguments.read(args, tables).command, typedIn(args)])).toEqual(
    lines.map(() => ["runs show", [["x"], { "log-level": ["debug"] }]])
  )
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
    ["--completions"]
  ]
  const needs = "--as needs a value: --as ACCOUNT. `sluice query --help` shows its options."
  expect(lines.map(typedIn)).toEqual([
    needs,
    needs,
    needs,
    needs,
    "--json is given twice. Give it once. `sluice query --help` shows its options.",
    "--as is given twice. Give it once. `sluice query --help` shows its options.",
    "--completions needs a value: --completions SHELL. `sluice --help` shows its options."
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
  const option = "That is not an option of erase. An id that begins with - is read from standard input: `sluice erase -`."
  const order = "Name the command first: `sluice erase …`. `sluice erase --help` shows its options."
  expect(lines.map(typedIn)).toEqual([option, option, option, order, order, order])
  expect(typedIn(["erase", "--dry-run", "--dry-run"])).toBe(
    "--dry-run is given twice. Give it once. `sluice erase --help` shows its options."
  )
})

it("a lone - is standard input, for a command that reads it", () => {
  expect(
    [
      ["erase", "-", "--dry-run"],
      ["erase", "--", "-"],
      ["query", "-"]
    ].map(typedIn)
  ).toEqual([
    [[], { stdin: ["true"], "dry-run": ["true"] }],
    [["-"], {}],
    [["-"], {}]
  ])
})
