import type * as ExternalAsset from "@sluice/core/asset/ExternalAsset"
import { external } from "@sluice/core/asset/ExternalAsset"
import type { Failure } from "@sluice/core/asset/Failure"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { TimeColumnOf } from "../checks/Freshness.ts"
import type { Published } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { type Inspected, WarehouseReader } from "../WarehouseReader.ts"

/**
 * Defines an asset that is a public table or view of the database which somebody else loads: another pipeline, or another
 * program. It is named as its table is. It can be read, checked, and used in `from` of `sqlTable`. It is never materialized,
 * created, granted, migrated or erased from, and no drift of it is reported.
 *
 * A run records its version. By default that is the last publish of the pipeline that owns the table; a table of another program
 * counts as new at every run, unless `observe` returns its version. `owners` are named if it is not there.
 *
 * ```ts
 * const orders = externalTable(Orders, { owners: ["shop team"], observe: newest(Orders, "ordered_at") })
 * ```
 */
export const externalTable = <
  const Name extends string,
  const C extends Table.Columns,
  RC = never,
  E extends Failure = never,
  RO = never
>(
  table: Table.Table<Name, C, "public">,
  options: Omit<
    ExternalAsset.Options<
      Published<Table.Table<Name, C, "public">>,
      never,
      never,
      Table.Table<Name, C, "public">,
      RC,
      E,
      RO
    >,
    "columns" | "definedBy" | "load" | "observe" | "relation"
  > & {
    /** Returns the version of its rows. Equal rows have equal versions. */
    readonly observe?: Effect.Effect<string, E, RO>
  } = {}
) => {
  const { observe, ...rest } = options
  return external<
    Name,
    Published<Table.Table<Name, C, "public">>,
    Table.Table<Name, C, "public">,
    WarehouseFailed,
    WarehouseReader,
    RC,
    E | WarehouseFailed,
    RO | WarehouseReader
  >(table.name, {
    definedBy: externalTable,
    description: table.description,
    ...rest,
    relation: table,
    columns: Table.columnNames(table),
    load: Effect.flatMap(inspect(table), (found) => opened(table, found, rest.owners ?? [])),
    observe: observe ?? Effect.map(inspect(table), ({ owner }) => owner?.mark?.runId)
  })
}

/**
 * Observes a table by its number of rows and the newest value of a timestamp or day. It misses a change that leaves both as they
 * are. Reads all rows, unless the column has an index.
 */
export const newest = <T extends Table.Public>(
  table: T,
  column: TimeColumnOf<T>
): Effect.Effect<string, WarehouseFailed, WarehouseReader> =>
  Effect.flatMap(WarehouseReader, (reader) =>
    Effect.map(
      reader.measure((quote) => {
        const text = `MAX(${quote(column)})`
        const number = (start: number, length: number, mark: string) =>
          `CAST(REPLACE(SUBSTR(${text}, ${start}, ${length}), '${mark}', '') AS DECIMAL(20, 3))`
        return `SELECT COUNT(*), ${number(1, 10, "-")}, ${number(12, 12, ":")} FROM ${quote(table.name)}`
      }),
      (numbers) => numbers.join(" ")
    )
  )

const inspect = ({ name }: Table.Any) => Effect.flatMap(WarehouseReader, (reader) => reader.inspect(name))

const opened = <T extends Table.Public>(
  relation: T,
  { columns, owner }: Inspected,
  owners: ReadonlyArray<string>
): Effect.Effect<Published<T>, WarehouseFailed> => {
  const loader =
    owners.length > 0 ? owners.join(", ") : owner === undefined ? "somebody else" : `the pipeline "${owner.pipeline}"`
  const failed = (reason: WarehouseFailed["reason"], detail: string) =>
    new WarehouseFailed({ reason, operation: `observe ${relation.name}`, detail })
  if (columns.length === 0) {
    return failed("Missing", `there is no such table. It is external: ${loader} must load it first.`)
  }
  const missing = Table.columnNames(relation).filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(", ")
    return failed(
      "Drift",
      `it has no column ${names}. It is external: ${loader} must add it, or correct the table's declaration here.`
    )
  }
  return Effect.succeed({ relation })
}
