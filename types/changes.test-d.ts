/**
 * Changes that are mistaken for all rows must not compile. Each `@ts-expect-error` is an assertion: were the line below it to
 * compile, the directive itself would be an error, and `pnpm check` fails.
 */
import { UsersRaw } from "@sluice/assets/tables/UsersRaw"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"

declare const reading: Changes.Reading<Table.Row<typeof UsersRaw>>
declare const changes: Changes.Changes<Table.Row<typeof UsersRaw>>

Warehouse.publishReading(UsersRaw, reading, { by: "user_id" })

// @ts-expect-error what may be changes replaces no table
Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(UsersRaw, reading))
// @ts-expect-error changes are not the rows of a table
Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(UsersRaw, changes))
// @ts-expect-error nothing tells which column has the ids
Warehouse.publishReading(UsersRaw, reading)
// @ts-expect-error a column that the table has not
Warehouse.publishReading(UsersRaw, reading, { by: "id" })
// @ts-expect-error a column that holds no ids
Warehouse.publishReading(UsersRaw, reading, { by: "city_id" })
// @ts-expect-error changes are not counted as if they were all there is
Dataset.reduceChunks(reading, 0, (sum, rows) => sum + rows.length)
// @ts-expect-error nor mapped as if they were; the property that a Reading lacks says what to write instead
Dataset.map(reading, (row) => row)
export const advised: "~a Reading needs Changes.map, or Changes.whole" = {} as Exclude<
  keyof Dataset.Dataset<unknown>,
  keyof Changes.Changes<unknown> | "size" | "open" | "awaitComplete" | typeof Dataset.TypeId
>
