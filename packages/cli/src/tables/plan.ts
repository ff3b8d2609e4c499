import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as partitionOptions from "./partitionOptions.ts"
import * as selection from "./selection.ts"

export const plan = CommandTable.make({
  name: "plan",
  summary: "Shows the steps of a run, why each is in it, and its expected time; changes nothing",
  arguments: { assets: selection.assets },
  options: {
    ...selection.options,
    ...partitionOptions.options,
    changed: Flag.boolean("changed", "what `materialize --changed` would do"),
    json: Flag.boolean("json", "as one JSON object")
  },
  examples: [
    ["plan --all", "a whole run"],
    ["plan {asset}", "one asset and its upstreams"],
    ["plan daily_revenue --from 2024-08-01 --to 2024-08-31", "a month of an asset that is cut by day"],
    ["plan 'group:raw'", "an expression"],
    ["plan --changed", "what is out of date, and why"]
  ]
})
