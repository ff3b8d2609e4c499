import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { expect } from "vitest"
import * as Argument from "../../src/command/Argument.ts"
import * as Command from "../../src/command/Command.ts"
import * as CommandTable from "../../src/command/CommandTable.ts"
import * as Flag from "../../src/command/Flag.ts"

const table = CommandTable.make({
  name: "serve",
  summary: "Serves invented orders",
  arguments: { shop: Argument.required("SHOP", "the shop"), products: Argument.repeated("PRODUCT", "its products") },
  options: {
    failFast: Flag.boolean("fail-fast", "stop at the first failure"),
    port: Flag.withDefault(Flag.wholeNumber("port", "N", [1, 65_535], "the port"), 80),
    format: Flag.oneOf("format", "FORMAT", ["text", "json"], "how to write it"),
    timeout: Flag.duration("timeout", "TIME", "how long it may take"),
    tags: Flag.pairs("tag", "KEY=VALUE", "a label"),
    names: Flag.texts("name", "NAME", "another name")
  },
  examples: []
})

/** What the command runs with, or what is wrong with the first value. */
const ran = (args: ReadonlyArray<string>, options: Readonly<Record<string, ReadonlyArray<string>>> = {}) => {
  let seen: unknown
  const command = Command.make(
    table,
    async () => (values: CommandTable.Values<typeof table>) =>
      Effect.sync(() => {
        seen = values
      })
  )
  return Either.match(command.run({ arguments: args, options: new Map(Object.entries(options)) }), {
    onLeft: (problem) => Effect.succeed<unknown>(problem),
    onRight: (effect) => Effect.map(effect, () => seen)
  })
}

it.effect("a command runs with the value of each argument and option of its table", () =>
  Effect.gen(function* () {
    const all = {
      "fail-fast": ["true"],
      port: ["8080"],
      format: ["json"],
      timeout: ["1h30m"],
      tag: ["team=growth", "note=a=b"],
      name: ["a", "b"]
    }
    expect([yield* ran(["corner"]), yield* ran(["corner", "tea", "milk"], all)]).toEqual([
      {
        shop: "corner",
        products: [],
        failFast: false,
        port: 80,
        format: undefined,
        timeout: undefined,
        tags: {},
        names: []
      },
      {
        shop: "corner",
        products: ["tea", "milk"],
        failFast: true,
        port: 8080,
        format: "json",
        timeout: 5_400_000,
        tags: { team: "growth", note: "a=b" },
        names: ["a", "b"]
      }
    ])
  })
)

it.effect("a value that an option or argument cannot have is told by its name, and nothing runs", () =>
  Effect.gen(function* () {
    const problems = yield* Effect.all([
      ran([]),
      ran(["corner"], { "fail-fast": ["maybe"] }),
      ran(["corner"], { port: ["0"] }),
      ran(["corner"], { port: ["1e3"] }),
      ran(["corner"], { format: ["png"] }),
      ran(["corner"], { timeout: ["soon"] }),
      ran(["corner"], { timeout: ["0s"] }),
      ran(["corner"], { tag: ["growth"] })
    ])
    const port = "--port must be a whole number from 1 to 65535."
    const timeout = "--timeout must be a length of time such as 90s, 5m, 1h30m or 30d."
    expect(problems).toEqual([
      "serve needs the argument SHOP.",
      "--fail-fast takes no value, or one of true and false.",
      port,
      port,
      "--format must be one of text, json.",
      timeout,
      timeout,
      "--tag must be key=value, such as team=growth."
    ])
  })
)

it("an argument too many is repeated, unless the command's argument names a person", () => {
  const problemOf = (argument: Argument.Argument<unknown>) => {
    const one = CommandTable.make({ name: "show", summary: "", arguments: { argument }, options: {}, examples: [] })
    const command = Command.make(one, async () => () => Effect.void)
    return Either.flip(command.run({ arguments: ["ada", "lovelace"], options: new Map() }))
  }
  expect([problemOf(Argument.optional("USER_ID", "")), problemOf(Argument.secret("USER_ID", ""))]).toEqual([
    Either.right('"lovelace" is one argument too many for show. Quote an argument that has blanks in it.'),
    Either.right("Give one USER_ID and no more. Quote one that has blanks in it.")
  ])
})

it("the value of an argument that names a person is redacted", () => {
  expect(Argument.secret("USER_ID", "").parse(["ada"])).toEqual(Either.right(Redacted.make("ada")))
})
