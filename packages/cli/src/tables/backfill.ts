import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as running from "./running.ts"
import * as selection from "./selection.ts"

const stopping = "what is running rolls back, and the partitions that are made stay"

const newestFirst = Flag.boolean("newest-first", "make the newest partitions first")

export const backfill = CommandTable.make({
  name: "backfill",
  summary: "Makes many partitions of assets that are cut, as one run that can be canceled and resumed",
  arguments: { assets: selection.assets },
  options: {
    ...selection.options,
    from: Flag.text("from", "KEY", "the first partition, included"),
    to: Flag.text("to", "KEY", "the last partition, included"),
    partitions: Flag.texts("partitions", "EXPR", "a key, FIRST..LAST, * for all, or several with commas"),
    missing: Flag.boolean("missing", "those that were never made, of all or of the named ones"),
    failed: Flag.boolean("failed", "those whose last attempt failed"),
    stale: Flag.boolean("stale", "those made from other code or other rows than today's"),
    downstream: Flag.boolean("downstream", "also the partitions of selected assets that are made from these"),
    newestFirst,
    dryRun: Flag.boolean("dry-run", "show the plan; make nothing"),
    ...running.options
  },
  examples: [
    ["backfill daily_revenue --from 2024-08-01 --to 2024-08-31", "a month"],
    ["backfill daily_revenue --missing --failed", "what is not there yet, and what failed"],
    ["backfill 'daily_revenue+' --stale --dry-run", "what a change of code makes again, and how long it takes"]
  ],
  stopping
})

const run = Argument.required("BACKFILL", "the run of a backfill, as `backfills list` names it")

export const backfillsList = CommandTable.make({
  name: "backfills list",
  summary: "Lists the recorded backfills, newest first",
  arguments: {},
  options: {
    limit: Flag.withDefault(Flag.wholeNumber("limit", "N", [1, 100_000], "how many backfills to list"), 20),
    json: Flag.boolean("json", "as one JSON object")
  },
  examples: [["backfills list", "the last 20, and how many partitions each has made"]]
})

export const backfillsShow = CommandTable.make({
  name: "backfills show",
  summary: "Shows one backfill: the partitions of each asset that are made, failed, skipped and left",
  arguments: { run: Argument.optional("BACKFILL", "the run of a backfill; the last one by default") },
  options: { json: Flag.boolean("json", "as one JSON object") },
  examples: [["backfills show", "the last backfill, also while it runs"]]
})

export const backfillsCancel = CommandTable.make({
  name: "backfills cancel",
  summary: "Cancels a running backfill, also of another process; the partitions that are made stay",
  arguments: { run },
  options: {},
  examples: [["backfills cancel 20240901-093000-x1y2", "within a second"]]
})

export const backfillsResume = CommandTable.make({
  name: "backfills resume",
  summary: "Makes the partitions of a backfill that are not made yet",
  arguments: { run },
  options: { newestFirst, ...running.options },
  examples: [["backfills resume 20240901-093000-x1y2", "after it was canceled, failed or crashed"]],
  stopping
})
