import * as Either from "effect/Either"
import { unsafeCast } from "../../internal/unsafeCast.ts"
import type { CommandTable, Values } from "../CommandTable.ts"
import * as Flag from "../Flag.ts"
import type { Typed } from "../Typed.ts"

/** Returns the value of each argument and option. A left describes the first one that is wrong. */
export const valuesOf = <Table extends CommandTable>(table: Table, typed: Typed): Either.Either<Values<Table>, string> => {
  const values: Record<string, unknown> = {}
  let at = 0
  for (const [key, argument] of Object.entries(table.arguments)) {
    const end = argument.count === "repeated" ? typed.arguments.length : at + 1
    const parsed = argument.parse(typed.arguments.slice(at, end))
    if (Either.isLeft(parsed)) return Either.left(`${table.name} ${parsed.left}.`)
    values[key] = parsed.right
    at = end
  }
  if (at < typed.arguments.length) return Either.left(tooMany(table, typed.arguments[at] ?? ""))
  for (const [key, flag] of Object.entries(table.options)) {
    const parsed = Flag.read(flag, typed)
    if (Either.isLeft(parsed)) return Either.left(parsed.left)
    values[key] = parsed.right
  }
  // The loops set each key of the table to the value of its argument or option.
  return Either.right(unsafeCast<Values<Table>>(values))
}

const tooMany = (table: CommandTable, word: string): string => {
  const secret = Object.values(table.arguments).find((argument) => argument.secret)
  return secret === undefined
    ? `"${word}" is one argument too many for ${table.name}. Quote an argument that has blanks in it.`
    : `Give one ${secret.name} and no more. Quote one that has blanks in it.`
}
