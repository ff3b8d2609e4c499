import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as selection from "./selection.ts"

export const list = CommandTable.make({
  name: "list",
  summary: "Shows every asset by group, or some, and whether each is up to date",
  arguments: { assets: selection.assets },
  options: { ...selection.options, json: Flag.boolean("json", "as one JSON object") },
  examples: [
    ["list", "every asset, its kind, how it stands and what it holds"],
    ["list state:stale", "what is out of date"],
    ["list 'users_raw+' --exclude kind:view", "what is made from users_raw, but no views"]
  ]
})
