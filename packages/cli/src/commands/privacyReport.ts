import type { Values } from "@sluice/core/command/CommandTable"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { RunFailed, UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as PrivacyReport from "../privacy/PrivacyReport.ts"
import * as DocumentMarkdown from "../render/DocumentMarkdown.ts"
import * as DocumentText from "../render/DocumentText.ts"
import * as PrivacyReportPage from "../render/PrivacyReportPage.ts"
import type { privacyReport } from "../tables/privacyReport.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"

export const run = Effect.fn("assets.privacy.report")(function* ({ failUnder, format }: Values<typeof privacyReport>) {
  const output = yield* Output
  const sealed = yield* Pipeline.sealed
  const settings = yield* Settings.load
  const report = yield* PrivacyReport.make(sealed, settings.configured).pipe(
    Effect.provide(Stores.existing(settings)),
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
    yield* output.out(
      format === "markdown"
        ? DocumentMarkdown.lines(page).map(output.outStyle.worded)
        : DocumentText.lines(page, output.outStyle)
    )
  }
  if (failUnder !== undefined) yield* judge(report, failUnder)
})

/** Fails if a person shares the quasi-identifiers with fewer people than requested, or if there are no rows to judge by. */
const judge = Effect.fnUntraced(function* ({ people }: PrivacyReport.PrivacyReport, failUnder: number) {
  const nothing = people.length === 0 ? "No table has a row for each person and a quasi-identifier" : undefined
  const empty = people.find(({ anonymity }) => anonymity.users === 0)
  if (nothing !== undefined || empty !== undefined) {
    return yield* new RunFailed({
      detail: `${nothing ?? `${empty?.table} has no rows`}, so there is nothing that --fail-under ${failUnder} could judge. ${nothing === undefined ? "`sluice materialize --all` fills it." : "Declare them in the table: `subject`, `Column.quasiIdentifier`."}`
    })
  }
  const under = people.find(({ anonymity }) => anonymity.k < failUnder)
  if (under !== undefined) {
    return yield* new RunFailed({
      detail: `k is ${under.anonymity.k} in ${under.table}, and --fail-under asks for ${failUnder}. The report's table of settings shows what coarser columns would change.`
    })
  }
})

const nothingToReport =
  "There is nothing to report on: no table of people has been materialized. `sluice materialize --all` fills the store."
