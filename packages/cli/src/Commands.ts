import type * as FileSystem from "@effect/platform/FileSystem"
import * as Command from "@sluice/core/command/Command"
import type { Input } from "./Input.ts"
import type { Output } from "./Output.ts"
import { asset } from "./tables/asset.ts"
import { check } from "./tables/check.ts"
import { erase } from "./tables/erase.ts"
import { graph } from "./tables/graph.ts"
import { list } from "./tables/list.ts"
import { materialize } from "./tables/materialize.ts"
import { plan } from "./tables/plan.ts"
import { privacyCanary } from "./tables/privacyCanary.ts"
import { privacyReport } from "./tables/privacyReport.ts"
import { provision } from "./tables/provision.ts"
import { query } from "./tables/query.ts"
import { retry } from "./tables/retry.ts"
import { runsList, runsLogs, runsPrune, runsShow } from "./tables/runs.ts"
import { sampleApi } from "./tables/sampleApi.ts"
import { validate } from "./tables/validate.ts"

/** Every command, in the order in which help lists them. */
export const commands: ReadonlyArray<Command.Command<unknown, Output | Input | FileSystem.FileSystem>> = [
  Command.make(materialize, async () => (await import("./commands/materialize.ts")).run),
  Command.make(retry, async () => (await import("./commands/retry.ts")).run),
  Command.make(plan, async () => (await import("./commands/plan.ts")).run),
  Command.make(list, async () => (await import("./commands/list.ts")).run),
  Command.make(asset, async () => (await import("./commands/asset.ts")).run),
  Command.make(graph, async () => (await import("./commands/graph.ts")).run),
  Command.make(check, async () => (await import("./commands/check.ts")).run),
  Command.make(query, async () => (await import("./commands/query.ts")).run),
  Command.make(runsList, async () => (await import("./commands/runs.ts")).list),
  Command.make(runsShow, async () => (await import("./commands/runs.ts")).show),
  Command.make(runsLogs, async () => (await import("./commands/runs.ts")).logs),
  Command.make(runsPrune, async () => (await import("./commands/runs.ts")).prune),
  Command.make(privacyCanary, async () => (await import("./commands/privacyCanary.ts")).run),
  Command.make(privacyReport, async () => (await import("./commands/privacyReport.ts")).run),
  Command.make(erase, async () => (await import("./commands/erase.ts")).run),
  Command.make(validate, async () => (await import("./commands/validate.ts")).run),
  Command.make(provision, async () => (await import("./commands/provision.ts")).run),
  Command.make(sampleApi, async () => (await import("./commands/sampleApi.ts")).run)
]

/** What each of them can be typed with. */
export const tables = commands.map(({ table }) => table)
