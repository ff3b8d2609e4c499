import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

const asset = Argument.required("ASSET", "the name of an asset that is cut")

export const partitionsList = CommandTable.make({
  name: "partitions list",
  summary: "Shows which partitions of an asset are made, missing, failed, stale and why, or orphaned",
  arguments: { asset },
  options: {
    limit: Flag.withDefault(Flag.wholeNumber("limit", "N", [1, 1_000_000], "how many ranges of each state to show"), 5),
    json: Flag.boolean("json", "as one JSON object")
  },
  examples: [["partitions list daily_revenue", "every state, with its ranges"]]
})

export const partitionsPrune = CommandTable.make({
  name: "partitions prune",
  summary: "Removes the orphaned partitions of an asset, which its set no longer has, with their rows",
  arguments: { asset },
  options: { dryRun: Flag.boolean("dry-run", "show what would be removed; change nothing") },
  examples: [
    ["partitions prune daily_revenue --dry-run", "what a later start has orphaned"],
    ["partitions prune daily_revenue", "removes it"]
  ],
  stopping: "what is running rolls back"
})

export const partitionsReset = CommandTable.make({
  name: "partitions reset",
  summary: "Forgets which partitions of an asset are made, after a change of its granularity or zone",
  arguments: { asset },
  options: { yes: Flag.boolean("yes", "forget them; without it, the command says what that means and changes nothing") },
  examples: [
    ["partitions reset daily_revenue", "what it would mean"],
    ["partitions reset daily_revenue --yes", "forgets them; `backfill daily_revenue --missing` makes them anew"]
  ],
  stopping: "what is running rolls back"
})

export const partitionsAdopt = CommandTable.make({
  name: "partitions adopt",
  summary: "Takes the rows of a table that was made whole as its partitions, so that none has to be made again",
  arguments: { asset },
  options: { dryRun: Flag.boolean("dry-run", "count the rows of each partition; change nothing") },
  examples: [
    ["partitions adopt daily_revenue --dry-run", "the rows by partition, and rows in none"],
    ["partitions adopt daily_revenue", "records them as made"]
  ],
  stopping: "what is running rolls back"
})
