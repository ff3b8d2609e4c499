import { RunFailed, UsageError } from "@sluice/cli/CliError"
import { Output } from "@sluice/cli/Output"
import { Pipeline } from "@sluice/cli/Pipeline"
import * as DocumentMarkdown from "@sluice/cli/render/DocumentMarkdown"
import * as DocumentText from "@sluice/cli/render/DocumentText"
import * as Announcement from "@sluice/cli/wiring/Announcement"
import * as Settings from "@sluice/cli/wiring/Settings"
import * as Stores from "@sluice/cli/wiring/Stores"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Generalisation } from "../privacy/Generalisation.ts"
import * as SparkSettings from "../SparkSettings.ts"
import type { privacyReport } from "./tables/privacyReport.ts"

export const run = Effect.fn("assets.privacy.report")(function* ({ failUnder, format }: Values<typeof privacyReport>) {
  const output = yield* Output
  const settings = yield* Settings.load
  const spark = yield* Settings.valuesOf(SparkSettings.settings)
  const [PrivacyReport, PrivacyReportPage] = yield* Effect.promise(() =>
    Promise.all([import("../privacy/PrivacyReport.ts"), import("../privacy/PrivacyReportPage.ts")])
  )
  const report = yield* PrivacyReport.make(yield* Pipeline.warehouse).pipe(
    Effect.provide(
      Layer.merge(Stores.existing(settings), Layer.succeed(Generalisation, SparkSettings.generalisationOf(spark)))
    ),
    Effect.catchIf(
      (error) => error._tag === "WarehouseFailed" && error.reason === "Missing",
      () => new UsageError({ detail: nothingToReport })
    )
  )
  if (format === "json") {
    const encoded = yield* Schema.encode(PrivacyReport.PrivacyReport)(report)
    yield* output.out([JSON.stringify(encoded, null, 2)])
  } else {
    const page = PrivacyReportPage.make(report, Announcement.store(settings))
    yield* output.out(format === "markdown" ? DocumentMarkdown.lines(page) : DocumentText.lines(page, output.outStyle))
  }
  if (failUnder === undefined) return
  const { k, users } = report.anonymity
  if (users === 0) {
    return yield* new RunFailed({
      detail: `users_raw has no rows, so there is nothing that --fail-under ${failUnder} could judge. \`pnpm assets materialize --all\` fills it.`
    })
  }
  if (k < failUnder) {
    return yield* new RunFailed({
      detail: `k is ${k}, and --fail-under asks for ${failUnder}. The report's table of settings shows what coarser columns would change.`
    })
  }
})

const nothingToReport =
  "There is nothing to report on: users_raw has never been materialized. `pnpm assets materialize --all` fills the store."
