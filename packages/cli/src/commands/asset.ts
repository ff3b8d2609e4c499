import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { pipeline, spec } from "@sluice/assets/pipeline"
import { didYouMean } from "@sluice/core/internal/suggest"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { assetHelp } from "../Pages.ts"
import * as AssetPage from "../render/AssetPage.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import { wholeNumber } from "./NamedOptions.ts"

export const asset = Command.make(
  "asset",
  {
    name: Args.text({ name: "name" }).pipe(Args.withDescription("the asset's name")),
    limit: wholeNumber("limit", 1, 10_000).pipe(
      Options.withDefault(10),
      Options.withDescription("how many materializations")
    ),
    json: Options.boolean("json").pipe(Options.withDescription("as one JSON object"))
  },
  Effect.fn("assets.asset")(function* ({ json, limit, name }) {
    const output = yield* Output
    const graph = yield* pipeline
    const found = graph.assets.find((each) => each.name === name)
    if (found === undefined) {
      return yield* new UsageError({
        detail: `There is no asset "${name}".${didYouMean(name, graph.names, 10)} \`pnpm assets list\` shows every asset.`
      })
    }
    const settings = yield* Settings.load
    const known = Effect.gen(function* () {
      const store = yield* RunStore
      const standings = yield* Planner.standings(graph)
      const history = yield* store.history(name, limit)
      // The last one is known even where its run was pruned.
      const last = (yield* store.materializations).get(name)
      return {
        standing: standings.get(name),
        lastStep: (yield* store.lastSteps).get(name),
        history: history.length > 0 || last === undefined ? history : [last],
        checks: yield* store.checks(name)
      }
    })
    const history = yield* Effect.provide(known, Layer.merge(Stores.history(settings), SourceVersions.layer(settings)))
    const page = AssetPage.make(graph, found, relationOf(name), history)
    yield* output.out(json ? [AssetPage.json(page)] : AssetPage.lines(page, output.outStyle))
  })
).pipe(Command.withDescription(assetHelp.summary))

/** What the warehouse keeps under an asset's name. */
const relationOf = (name: string) =>
  [...spec.tables, ...spec.masks, ...spec.views].find((relation) => relation.name === name)
