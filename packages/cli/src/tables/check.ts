import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as partitionOptions from "./partitionOptions.ts"
import { showErrors } from "./running.ts"
import * as selection from "./selection.ts"

export const check = CommandTable.make({
  name: "check",
  summary: "Runs the checks of published tables and views; materializes nothing",
  arguments: { assets: selection.assets },
  options: {
    ...selection.options,
    ...partitionOptions.options,
    showErrors,
    json: Flag.boolean("json", "every event as a JSON line on standard output")
  },
  examples: [
    ["check", "all checks; exit code 1 if one finds an error, 0 if there are warnings only"],
    ["check {asset}+", "the checks of {asset} and of everything downstream"],
    ["check daily_revenue --partition '*'", "its checks on each stored day by itself; without it, on the whole table"]
  ],
  stopping: "what is running rolls back"
})
