import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as running from "./running.ts"

export const retry = CommandTable.make({
  name: "retry",
  summary: "Runs again what failed, was skipped or was canceled in a run, and leaves what succeeded",
  arguments: { run: Argument.optional("RUN", "the run's name; the last run without it") },
  options: running.options,
  examples: [
    ["retry", "carries on the last run"],
    ["retry 20240301-093000-x1y2", "that run"]
  ],
  stopping: "what is running rolls back"
})
