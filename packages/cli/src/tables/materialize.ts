import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import * as running from "./running.ts"
import * as selection from "./selection.ts"

export const materialize = CommandTable.make({
  name: "materialize",
  summary: "Makes assets and whatever they need, in order, and records the run",
  arguments: { assets: selection.assets },
  options: {
    ...selection.options,
    changed: Flag.boolean("changed", "leave what is made of the same code and data as last time; alone, of everything"),
    full: Flag.boolean("full", "read and load everything, even if reading what has changed is enough"),
    tags: Flag.pairs("tag", "KEY=VALUE", "a label that is recorded with the run"),
    ...running.options
  },
  examples: [
    ["materialize --all", "everything"],
    ["materialize users_raw", "one asset; `plan users_raw` shows what that takes"],
    ["materialize --changed", "only what is out of date"],
    ["materialize 'state:failed+' --fail-fast --timeout 5m", "what failed last time, and all below it"],
    ["materialize --all --json | jq ._tag", "for a program"]
  ],
  stopping: "what is running rolls back"
})
