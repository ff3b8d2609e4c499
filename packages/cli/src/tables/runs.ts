import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

const run = Argument.optional("RUN", "the run's name; the last run without it")

export const runsList = CommandTable.make({
  name: "runs list",
  summary: "Lists the runs that the store has recorded, the newest first",
  arguments: {},
  options: {
    limit: Flag.withDefault(Flag.wholeNumber("limit", "N", [1, 100_000], "how many"), 20),
    json: Flag.boolean("json", "as one JSON object")
  },
  examples: [["runs list", "the last 20"]]
})

export const runsShow = CommandTable.make({
  name: "runs show",
  summary: "Tells a run's story: every step with its time, rows, retries, checks and errors",
  arguments: { run },
  options: { json: Flag.boolean("json", "what became of it and of each step, as one JSON object") },
  examples: [
    ["runs show", "the last run"],
    ["runs show 20240301-093000-x1y2", "that run"]
  ]
})

export const runsLogs = CommandTable.make({
  name: "runs logs",
  summary: "Writes a run's events, a line each, with the time of day",
  arguments: { run },
  options: { json: Flag.boolean("json", "each event as it is stored, as a JSON line") },
  examples: [
    ["runs logs | grep users_raw", "what the last run did to one asset"],
    ["runs logs --json | jq .error.tag", "for a program"]
  ]
})

export const runsPrune = CommandTable.make({
  name: "runs prune",
  summary: "Forgets old runs; the last materialization of each asset is always kept",
  arguments: {},
  options: {
    keep: Flag.wholeNumber(
      "keep",
      "N",
      [0, 1_000_000_000],
      "keep the newest N; without it and --older-than, as SLUICE_KEEP_RUNS and SLUICE_KEEP_DAYS say"
    ),
    olderThan: Flag.duration("older-than", "TIME", "forget only what is older: 30d, 12h")
  },
  examples: [
    ["runs prune", "as the settings say, which every run does in its end"],
    ["runs prune --keep 100", "all but the newest hundred"],
    ["runs prune --older-than 30d", "all that is older than thirty days"]
  ],
  stopping: "what is running rolls back"
})
