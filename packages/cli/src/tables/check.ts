import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as selection from "./selection.ts"

export const check = CommandTable.make({
  name: "check",
  summary: "Asks the checks of what is published, of all assets or of some, and materializes nothing",
  arguments: { assets: selection.assets },
  options: { ...selection.options, json: Flag.boolean("json", "every event as a JSON line on standard output") },
  examples: [
    ["check", "every check there is; exit code 1 if an error was found, 0 if only warnings"],
    ["check users_raw+", "those of users_raw and of all below it"]
  ],
  stopping: "what is running rolls back"
})
