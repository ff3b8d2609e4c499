import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const query = CommandTable.make({
  name: "query",
  summary: "Runs one SQL query in the warehouse and shows its rows",
  arguments: { sql: Argument.required("SQL", "one statement that only reads") },
  options: {
    as: Flag.withDefault(
      Flag.oneOf("as", "ACCOUNT", ["pipeline", "analyst"], "the account that runs the query"),
      "pipeline"
    ),
    timeout: Flag.duration(
      "timeout",
      "TIME",
      "how long the query may take: 90s, 5m; default SLUICE_QUERY_TIMEOUT, which is 300 seconds"
    ),
    json: Flag.boolean("json", "an array of objects instead of a table")
  },
  examples: [
    [`query "select * from {view}" --as analyst`, "what an analyst sees"],
    [`query "select count(*) as n from {asset}" --json`, "for a program"]
  ]
})
