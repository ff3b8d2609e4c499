import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as partitionOptions from "./partitionOptions.ts"
import * as running from "./running.ts"
import * as selection from "./selection.ts"

export const materialize = CommandTable.make({
  name: "materialize",
  summary: "Materializes assets and their upstreams, in order, and records the run",
  arguments: { assets: selection.assets },
  options: {
    ...selection.options,
    ...partitionOptions.options,
    changed: Flag.boolean("changed", "skip assets whose code and data are unchanged; without a selection, of all assets"),
    full: Flag.boolean("full", "read and load everything, not only what has changed"),
    tags: Flag.pairs("tag", "KEY=VALUE", "a label that is recorded with the run"),
    ...running.options
  },
  examples: [
    ["materialize --all", "everything"],
    ["materialize {asset}", "one asset; `plan {asset}` shows its steps"],
    ["materialize daily_revenue --partition 2024-08-01", "one day; without it, the last complete day"],
    ["materialize --changed", "only what is out of date"],
    ["materialize 'state:failed+' --fail-fast --timeout 5m", "what failed last time, and everything downstream"],
    ["materialize --all --json | jq ._tag", "for a program"]
  ],
  stopping: "what is running rolls back"
})
