import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/**
 * Converts ids of a source, which are text, to values of the column `by`. Fails if the column has integers and an id is not the
 * text of one.
 */
export const columnValues = (
  table: Table.Any,
  by: string
): ((ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string | number>, WarehouseFailed>) => {
  if (table.columns[by]?.type._tag !== "Integer") return Effect.succeed
  return (ids) => {
    const numbers = ids.map(Number)
    return numbers.every((number, index) => Number.isSafeInteger(number) && String(number) === ids[index])
      ? Effect.succeed(numbers)
      : Effect.fail(
          new WarehouseFailed({
            reason: "RowRejected",
            operation: `publish ${table.name}`,
            detail: `The column "${by}" has integers, and the source has an id that is not one. Return the integer's text as the source's \`id\`, or declare the column as text.`
          })
        )
  }
}
