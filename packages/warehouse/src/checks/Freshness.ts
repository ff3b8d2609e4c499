import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Table from "../Table.ts"
import type * as View from "../View.ts"
import { Warehouse } from "../Warehouse.ts"
import type { Options } from "./RowChecks.ts"

/**
 * The newest row, by a timestamp or day, is no older than `maxAge` at the time of the check. A relation without rows passes:
 * `rowCount` is for that. By default a warning, since blocking new rows makes what is there no fresher.
 */
export const freshness = <T extends Table.Any | View.Any>(
  relation: T,
  column: TimeColumnOf<T>,
  maxAge: Duration.DurationInput,
  options: Options = {}
): AssetCheck.AssetCheck<Warehouse> => {
  const limit = Duration.format(maxAge)
  const { name = `fresh_${column}`, severity = "warn", ...how } = options
  return AssetCheck.make(name, {
    ...how,
    severity,
    description: `The newest ${column} is at most ${limit} old.`,
    evaluate: Effect.fn(`Check.${name}`)(function* (subject) {
      const warehouse = yield* Warehouse
      const oldest = new Date((yield* Clock.currentTimeMillis) - Duration.toMillis(maxAge)).toISOString()
      const from = subject._tag === "Staged" ? subject.relation : relation.name
      const [rows = 0, fresh = 0] = yield* warehouse.measure(
        (quote) => `SELECT COUNT(*), COUNT(CASE WHEN ${quote(column)} >= ? THEN 1 END) FROM ${quote(from)}`,
        [`${oldest.slice(0, 10)} ${oldest.slice(11, 23)}`]
      )
      return { passed: rows === 0 || fresh > 0, metadata: { rows, fresh_rows: fresh, within: limit } }
    })
  })
}

/** Columns of text that may be times: timestamps, days and text share a type. */
export type TimeColumnOf<T extends Table.Any | View.Any> = {
  readonly [K in keyof T["columns"] & string]: NonNullable<Table.Row<T>[K]> extends string ? K : never
}[keyof T["columns"] & string]
