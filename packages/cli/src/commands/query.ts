import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { queryHelp } from "../Pages.ts"
import * as ResultTable from "../render/ResultTable.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import { oneOf } from "./NamedOptions.ts"

const queryOptions = {
  as: oneOf("as", ["pipeline", "analyst"]).pipe(
    Options.withDefault("pipeline" as const),
    Options.withDescription("whose account asks")
  ),
  json: Options.boolean("json").pipe(Options.withDescription("an array of objects instead of a table"))
}

export const query = Command.make(
  "query",
  { sql: Args.text({ name: "sql" }).pipe(Args.withDescription("one statement that reads")), ...queryOptions },
  Effect.fn("assets.query")(function* ({ sql, as, json }) {
    const output = yield* Output
    const settings = yield* Settings.load
    const result = yield* Effect.provide(
      Effect.flatMap(Warehouse, (warehouse) => warehouse.query(sql, as)),
      Stores.existing(settings)
    )
    const problem = json ? ResultTable.notAsJson(result) : undefined
    if (problem !== undefined) return yield* new UsageError({ detail: problem })
    yield* output.out(json ? [ResultTable.json(result)] : ResultTable.lines(result, output.outStyle))
  })
).pipe(Command.withDescription(queryHelp.summary))
