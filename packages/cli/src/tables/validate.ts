import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const validate = CommandTable.make({
  name: "validate",
  summary: "Checks the definitions and the configuration; connects to nothing",
  arguments: {},
  options: { json: Flag.boolean("json", "as one JSON object, with the problems") },
  examples: [["validate", "exit code 2 and the list of all problems, if there are any"]]
})
