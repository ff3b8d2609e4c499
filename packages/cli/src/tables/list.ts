import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as selection from "./selection.ts"

export const list = CommandTable.make({
  name: "list",
  summary: "Lists assets by group, and whether each is up to date",
  arguments: { assets: selection.assets },
  options: { ...selection.options, json: Flag.boolean("json", "as one JSON object") },
  examples: [
    ["list", "every asset, its kind, its status and its description"],
    ["list state:stale", "what is out of date"],
    ["list 'partition:*'", "assets that are cut into partitions"],
    ["list '{asset}+' --exclude kind:view", "{asset} and everything downstream, but no views"]
  ]
})
