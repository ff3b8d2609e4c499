import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as running from "./running.ts"

export const retry = CommandTable.make({
  name: "retry",
  summary: "Runs the failed, skipped and canceled steps of a run again",
  arguments: { run: Argument.optional("RUN", "the run to retry; the last one by default") },
  options: running.options,
  examples: [
    ["retry", "the last run"],
    ["retry 20240301-093000-x1y2", "that run"]
  ],
  stopping: "what is running rolls back"
})
