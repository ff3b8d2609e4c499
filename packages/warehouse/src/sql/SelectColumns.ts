import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/**
 * Fails unless the columns of a SELECT are the table's, by name and in order. The error lists all that are missing, unknown,
 * repeated or out of place.
 */
export const assertOf = (table: Table.Any, columns: ReadonlyArray<string>): Effect.Effect<void, WarehouseFailed> => {
  const problems = problemsOf(Table.columnNames(table), columns)
  if (problems.length === 0) return Effect.void
  return new WarehouseFailed({
    reason: "Drift",
    operation: `publish ${table.name}`,
    detail: `the columns of its SELECT are not those of the table: ${problems.join("; ")}. Name them with AS, and select them in the order of the declaration: ${Table.columnNames(table).join(", ")}. Nothing was run.`
  })
}

/** Refuses what is not one statement that reads. */
export const notReading = (operation: string): WarehouseFailed =>
  new WarehouseFailed({
    reason: "NotPermitted",
    operation,
    detail: "its SQL is not one statement that reads. Write one SELECT, or WITH … SELECT."
  })

const problemsOf = (declared: ReadonlyArray<string>, selected: ReadonlyArray<string>): ReadonlyArray<string> => {
  const missing = declared.filter((name) => !selected.includes(name))
  const unknown = distinct(selected.filter((name) => !declared.includes(name)))
  const repeated = distinct(selected.filter((name, index) => selected.indexOf(name) !== index))
  const common = distinct(selected).filter((name) => declared.includes(name))
  const inOrder = declared.filter((name) => common.includes(name))
  const misplaced = common.filter((name, index) => name !== inOrder[index])
  return [
    ...told(missing, "missing"),
    ...told(unknown, "not declared"),
    ...told(repeated, "selected twice"),
    ...told(misplaced, "out of place")
  ]
}

const told = (names: ReadonlyArray<string>, what: string): ReadonlyArray<string> =>
  names.length === 0 ? [] : [`${names.map((name) => `"${name}"`).join(", ")} ${names.length === 1 ? "is" : "are"} ${what}`]

const distinct = (names: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(names)]
