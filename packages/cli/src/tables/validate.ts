import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const validate = CommandTable.make({
  name: "validate",
  summary: "Checks the definitions and the configuration, and connects to nothing",
  arguments: {},
  options: { json: Flag.boolean("json", "as one JSON object, the problems too") },
  examples: [["validate", "exit code 2, and every problem there is, if something is wrong"]]
})
