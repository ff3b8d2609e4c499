import type { Values } from "@sluice/core/command/CommandTable"
import { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { RunFailed, UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import * as ResultTable from "../render/ResultTable.ts"
import type { query } from "../tables/query.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"

export const run = Effect.fn("assets.query")(function* ({ sql, as, json, timeout }: Values<typeof query>) {
  const output = yield* Output
  const settings = yield* Settings.load
  const limit = timeout === undefined ? settings.queryTimeout : Duration.millis(timeout)
  const result = yield* Effect.provide(
    Effect.flatMap(WarehouseReader, (reader) => reader.query(sql, as, limit)),
    Stores.existing(settings)
  ).pipe(Effect.mapError(stopped))
  const problem = json ? ResultTable.notAsJson(result) : undefined
  if (problem !== undefined) return yield* new UsageError({ detail: problem })
  yield* output.out(json ? [ResultTable.json(result)] : ResultTable.lines(result, output.outStyle))
})

/** A stopped query is a failed run. Every other error refused the query. */
const stopped = <E>(error: E) =>
  error instanceof WarehouseFailed && error.reason === "TimedOut" ? new RunFailed({ detail: error.message }) : error
