import * as Command from "@sluice/core/command/Command"
import type { CommandTable } from "@sluice/core/command/CommandTable"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Examples from "./Examples.ts"
import { commandsOf, type Services } from "./internal/commandsOf.ts"
import { asset } from "./tables/asset.ts"
import { backfill, backfillsCancel, backfillsList, backfillsResume, backfillsShow } from "./tables/backfill.ts"
import { check } from "./tables/check.ts"
import { erase } from "./tables/erase.ts"
import { graph } from "./tables/graph.ts"
import { list } from "./tables/list.ts"
import { materialize } from "./tables/materialize.ts"
import { partitionsAdopt, partitionsList, partitionsPrune, partitionsReset } from "./tables/partitions.ts"
import { plan } from "./tables/plan.ts"
import { privacyReport } from "./tables/privacyReport.ts"
import { provision } from "./tables/provision.ts"
import { query } from "./tables/query.ts"
import { retry } from "./tables/retry.ts"
import { runsList, runsLogs, runsPrune, runsShow } from "./tables/runs.ts"
import { validate } from "./tables/validate.ts"

/** The commands that every pipeline has. */
const own: ReadonlyArray<Command.Command<unknown, Services>> = [
  Command.make(materialize, async () => (await import("./commands/materialize.ts")).run),
  Command.make(backfill, async () => (await import("./commands/backfill.ts")).run),
  Command.make(retry, async () => (await import("./commands/retry.ts")).run),
  Command.make(plan, async () => (await import("./commands/plan.ts")).run),
  Command.make(list, async () => (await import("./commands/list.ts")).run),
  Command.make(asset, async () => (await import("./commands/asset.ts")).run),
  Command.make(partitionsList, async () => (await import("./commands/partitions.ts")).list),
  Command.make(partitionsPrune, async () => (await import("./commands/partitionsPrune.ts")).run),
  Command.make(partitionsReset, async () => (await import("./commands/partitionsReset.ts")).run),
  Command.make(partitionsAdopt, async () => (await import("./commands/partitionsAdopt.ts")).run),
  Command.make(backfillsList, async () => (await import("./commands/backfills.ts")).list),
  Command.make(backfillsShow, async () => (await import("./commands/backfills.ts")).show),
  Command.make(backfillsCancel, async () => (await import("./commands/backfills.ts")).cancel),
  Command.make(backfillsResume, async () => (await import("./commands/backfills.ts")).resume),
  Command.make(graph, async () => (await import("./commands/graph.ts")).run),
  Command.make(check, async () => (await import("./commands/check.ts")).run),
  Command.make(query, async () => (await import("./commands/query.ts")).run),
  Command.make(runsList, async () => (await import("./commands/runs.ts")).list),
  Command.make(runsShow, async () => (await import("./commands/runs.ts")).show),
  Command.make(runsLogs, async () => (await import("./commands/runs.ts")).logs),
  Command.make(runsPrune, async () => (await import("./commands/runs.ts")).prune),
  Command.make(erase, async () => (await import("./commands/erase.ts")).run),
  Command.make(privacyReport, async () => (await import("./commands/privacyReport.ts")).run),
  Command.make(validate, async () => (await import("./commands/validate.ts")).run),
  Command.make(provision, async () => (await import("./commands/provision.ts")).run)
]

/** The commands of the program, then those of its pipeline, in the order in which help lists them. */
export const of = (definitions: Definitions.Any): ReadonlyArray<Command.Command<unknown, Services>> => [
  ...own,
  ...commandsOf(definitions)
]

/** The tables of all commands. */
export const tables = (definitions: Definitions.Any): ReadonlyArray<CommandTable> => {
  const names = Examples.namesOf(definitions)
  return of(definitions).map(({ table }) => Examples.filled(table, names))
}
