import { RunFailed, UsageError } from "@sluice/cli/CliError"
import { Output } from "@sluice/cli/Output"
import { Pipeline } from "@sluice/cli/Pipeline"
import * as Settings from "@sluice/cli/wiring/Settings"
import * as ThisProgram from "@sluice/cli/wiring/ThisProgram"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as CanaryText from "../canary/CanaryText.ts"
import type { privacyCanary } from "./tables/privacyCanary.ts"

export const run = Effect.fn("assets.privacy.canary")(function* ({ full, json, small }: Values<typeof privacyCanary>) {
  const output = yield* Output
  if (full && small) return yield* new UsageError({ detail: "Use --small or --full, not both." })
  const { database, databaseAdmin } = yield* Settings.load
  if (database._tag === "Mysql" && databaseAdmin === undefined) {
    return yield* new UsageError({
      detail: "Set DATABASE_ADMIN_URL: the suite makes a database of its own on the server, and drops it again."
    })
  }
  const CanarySuite = yield* Effect.promise(() => import("../canary/CanarySuite.ts"))
  const report = yield* CanarySuite.run({
    program: ThisProgram.program,
    pipeline: (yield* Pipeline).name,
    warehouse: yield* Pipeline.warehouse,
    administrator: database._tag === "Mysql" ? databaseAdmin : undefined,
    size: full ? "full" : "small",
    seed: String(yield* Random.nextInt),
    progress: (scenario) => output.err([output.errStyle.dim(`${output.errStyle.marks.running} ${scenario}`)])
  })
  yield* output.out(json ? [JSON.stringify(report, null, 2)] : CanaryText.lines(report, output.outStyle))
  if (report.finds.length > 0 || report.problems.length > 0) {
    return yield* new RunFailed({
      detail:
        report.finds.length > 0
          ? "Personal data or a secret is where it must not be. Nothing may be released before that is fixed."
          : "Not everything could be tried, so the search shows nothing."
    })
  }
})
