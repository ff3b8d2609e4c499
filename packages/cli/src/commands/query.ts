import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { RunFailed, UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { queryHelp } from "../Pages.ts"
import * as ResultTable from "../render/ResultTable.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import { duration, oneOf } from "./NamedOptions.ts"

const queryOptions = {
  as: oneOf("as", ["pipeline", "analyst"]).pipe(
    Options.withDefault("pipeline" as const),
    Options.withDescription("whose account asks")
  ),
  timeout: duration("timeout").pipe(
    Options.optional,
    Options.map(Option.getOrUndefined),
    Options.withDescription("how long the query may take; default SLUICE_QUERY_TIMEOUT")
  ),
  json: Options.boolean("json").pipe(Options.withDescription("an array of objects instead of a table"))
}

export const query = Command.make(
  "query",
  { sql: Args.text({ name: "sql" }).pipe(Args.withDescription("one statement that reads")), ...queryOptions },
  Effect.fn("assets.query")(function* ({ sql, as, json, timeout }) {
    const output = yield* Output
    const settings = yield* Settings.load
    const limit = timeout === undefined ? settings.queryTimeout : Duration.millis(timeout)
    const result = yield* Effect.provide(
      Effect.flatMap(Warehouse, (warehouse) => warehouse.query(sql, as, limit)),
      Stores.existing(settings)
    ).pipe(Effect.mapError(stopped))
    const problem = json ? ResultTable.notAsJson(result) : undefined
    if (problem !== undefined) return yield* new UsageError({ detail: problem })
    yield* output.out(json ? [ResultTable.json(result)] : ResultTable.lines(result, output.outStyle))
  })
).pipe(Command.withDescription(queryHelp.summary))

/** A query that was stopped is a failure; every other one was refused. */
const stopped = <E>(error: E) =>
  error instanceof WarehouseFailed && error.reason === "TimedOut" ? new RunFailed({ detail: error.message }) : error
