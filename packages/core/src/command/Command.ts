import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CommandTable, Values } from "./CommandTable.ts"
import { valuesOf } from "./internal/values.ts"
import type { Typed } from "./Typed.ts"

/** A command: its table, and the code that runs with the typed values. */
export interface Command<out E = unknown, out R = never> {
  readonly table: CommandTable
  /** Returns the command with its values. A left says which value is wrong, and why. */
  readonly run: (typed: Typed) => Either.Either<Effect.Effect<void, E, R>, string>
}

/**
 * Joins a table and the code of its command. `load` is called when the command runs, so that a program loads the code of one
 * command only.
 */
export const make = <Table extends CommandTable, E, R>(
  table: Table,
  load: () => Promise<(values: Values<Table>) => Effect.Effect<void, E, R>>
): Command<E, R> => ({
  table,
  run: (typed) =>
    Either.map(valuesOf(table, typed), (values) => Effect.flatMap(Effect.promise(load), (handler) => handler(values)))
})
