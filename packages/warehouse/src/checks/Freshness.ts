import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { WarehouseReader } from "../WarehouseReader.ts"
import type { Options } from "./RowChecks.ts"

/**
 * The newest row, by a timestamp or day, is no older than `maxAge` when the check runs. A relation without rows passes; use
 * `rowCount` for that. By default a warning, since blocking new rows does not make old ones fresher. Scans rows until one is
 * new enough: one of the rows just loaded, or all rows if the check fails.
 */
export const freshness = <T extends Table.Any | View.Any>(
  relation: T,
  column: TimeColumnOf<T>,
  maxAge: Duration.DurationInput,
  options: Options = {}
): AssetCheck.AssetCheck<WarehouseReader> => {
  const limit = Duration.format(maxAge)
  const { name = `fresh_${column}`, severity = "warn", ...how } = options
  return AssetCheck.make(name, {
    ...how,
    severity,
    of: "table",
    description: `The newest ${column} is at most ${limit} old.`,
    evaluate: Effect.fn(`Check.${name}`)(function* (subject) {
      const reader = yield* WarehouseReader
      const oldest = new Date((yield* Clock.currentTimeMillis) - Duration.toMillis(maxAge)).toISOString()
      const from = subject._tag === "Published" ? relation.name : subject.relation
      const [fresh = 0, any = 0] = yield* reader.measure(
        (quote) => {
          const rows = `SELECT 1 FROM ${quote(from)}`
          return `SELECT EXISTS(${rows} WHERE ${quote(column)} >= ?), EXISTS(${rows})`
        },
        [`${oldest.slice(0, 10)} ${oldest.slice(11, 23)}`]
      )
      return { passed: fresh === 1 || any === 0, metadata: { within: limit } }
    })
  })
}

/** Columns that can be times: timestamps, days and text share a type. */
export type TimeColumnOf<T extends Table.Any | View.Any> = {
  readonly [K in keyof T["columns"] & string]: NonNullable<Table.Row<T>[K]> extends string ? K : never
}[keyof T["columns"] & string]
