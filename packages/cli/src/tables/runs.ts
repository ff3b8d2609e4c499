import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

const run = Argument.optional("RUN", "the run to show; the last one by default")

export const runsList = CommandTable.make({
  name: "runs list",
  summary: "Lists the recorded runs, newest first",
  arguments: {},
  options: {
    limit: Flag.withDefault(Flag.wholeNumber("limit", "N", [1, 100_000], "how many runs to list"), 20),
    json: Flag.boolean("json", "as one JSON object")
  },
  examples: [["runs list", "the last 20"]]
})

export const runsShow = CommandTable.make({
  name: "runs show",
  summary: "Shows one run: every step with its time, rows, retries, checks and errors",
  arguments: { run },
  options: { json: Flag.boolean("json", "the run and each of its steps, as one JSON object") },
  examples: [
    ["runs show", "the last run"],
    ["runs show 20240301-093000-x1y2", "that run"]
  ]
})

export const runsLogs = CommandTable.make({
  name: "runs logs",
  summary: "Prints the events of a run, one line each, with the time of day",
  arguments: { run },
  options: { json: Flag.boolean("json", "each event as it is stored, as a JSON line") },
  examples: [
    ["runs logs | grep {asset}", "the events of one asset in the last run"],
    ["runs logs --json | jq .error.tag", "for a program"]
  ]
})

export const runsPrune = CommandTable.make({
  name: "runs prune",
  summary: "Deletes old runs from the history; keeps the last materialization of each asset",
  arguments: {},
  options: {
    keep: Flag.wholeNumber(
      "keep",
      "N",
      [0, 1_000_000_000],
      "keep the newest N runs; without this and --older-than, SLUICE_KEEP_RUNS and SLUICE_KEEP_DAYS decide"
    ),
    olderThan: Flag.duration("older-than", "TIME", "delete only runs older than this: 30d, 12h")
  },
  examples: [
    ["runs prune", "by the settings, as every run does at its end"],
    ["runs prune --keep 100", "keeps the newest hundred"],
    ["runs prune --older-than 30d", "deletes what is older than thirty days"]
  ],
  stopping: "what is running rolls back"
})
