import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const asset = CommandTable.make({
  name: "asset",
  summary: "Shows one asset: definition, columns, lineage, status, materializations and checks",
  arguments: { name: Argument.required("NAME", "the asset's name") },
  options: {
    limit: Flag.withDefault(Flag.wholeNumber("limit", "N", [1, 10_000], "how many materializations to show"), 10),
    partition: Flag.text("partition", "EXPR", "what runs recorded of this partition, or of several"),
    json: Flag.boolean("json", "as one JSON object")
  },
  examples: [
    ["asset {asset}", "everything about {asset}"],
    ["asset daily_revenue --partition 2024-08-01", "when one day was made, and its failures"]
  ]
})
