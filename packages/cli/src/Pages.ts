import * as Help from "./render/Help.ts"

/** How many assets are made at once, where nobody says otherwise. */
export const defaultConcurrency = 8

/** Options by which assets are named. */
const selection: Help.Page["options"] = [
  ["--all", "every asset"],
  ["--select EXPR…", "these too: a name, group:raw, users_raw+ …; may be given again"],
  ["--exclude EXPR…", "but not these; may be given again"],
  ["--allow-empty", "do nothing, and not fail, where nothing matches"]
]

/** Options of every command that carries out a run. */
const run: Help.Page["options"] = [
  ["--concurrency N", `how many assets are made at once; default ${defaultConcurrency}`],
  ["--fail-fast", "stop everything at the first failure"],
  ["--timeout TIME", "the longest that the whole run may take: 90s, 5m, 1h30m"],
  ["--allow-fewer-rows", "publish a table with far fewer rows than it has, or with none"],
  ["--allow-sample-data", "let the bundled sample replace rows that came from a real API"],
  ["--json", "every event as a JSON line on standard output"]
]

export const materializeHelp: Help.Page = {
  name: "materialize",
  usage: "[ASSET…] [--all] [--changed] [--full] [OPTIONS]",
  summary: "Makes assets and whatever they need, in order, and records the run",
  options: [
    ...selection,
    ["--changed", "leave what is made of the same code and data as last time; alone, of everything"],
    ["--full", "read and load everything, also where what has changed would do"],
    ["--tag KEY=VALUE…", "a label that is recorded with the run; may be given again"],
    ...run
  ],
  examples: [
    ["materialize --all", "everything"],
    ["materialize users_raw", "one asset; `plan users_raw` shows what that takes"],
    ["materialize --changed", "only what is out of date"],
    ["materialize 'state:failed+' --fail-fast --timeout 5m", "what failed last time, and all below it"],
    ["materialize --all --json | jq ._tag", "for a program"]
  ]
}

export const retryHelp: Help.Page = {
  name: "retry",
  usage: "[RUN] [OPTIONS]",
  summary: "Runs again what failed, was skipped or was canceled in a run, and leaves what succeeded",
  options: run,
  examples: [
    ["retry", "carries on the last run"],
    ["retry 20240301-093000-x1y2", "that run"]
  ]
}

export const planHelp: Help.Page = {
  name: "plan",
  usage: "[ASSET…] [--all] [--changed] [--select EXPR] [--exclude EXPR] [--json]",
  summary: "Shows what materialize would do, in order, why, and how long it took before; does nothing",
  options: [...selection, ["--changed", "what `materialize --changed` would do"], ["--json", "as one JSON object"]],
  examples: [
    ["plan --all", "a whole run"],
    ["plan users_raw", "one asset, with whatever it needs"],
    ["plan 'group:raw'", "an expression"],
    ["plan --changed", "what is out of date, and why"]
  ]
}

export const listHelp: Help.Page = {
  name: "list",
  usage: "[ASSET…] [--select EXPR] [--exclude EXPR] [--json]",
  summary: "Shows every asset by group, or some, and whether each is up to date",
  options: [...selection, ["--json", "as one JSON object"]],
  examples: [
    ["list", "every asset, its kind, how it stands and what it holds"],
    ["list state:stale", "what is out of date"],
    ["list 'users_raw+' --exclude kind:view", "what is made from users_raw, but no views"]
  ]
}

export const assetHelp: Help.Page = {
  name: "asset",
  usage: "NAME [--limit N] [--json]",
  summary: "Shows one asset: definition, columns, lineage, how it stands, its materializations and its checks",
  options: [
    ["--limit N", "how many materializations; default 10"],
    ["--json", "as one JSON object"]
  ],
  examples: [["asset users_raw", "all there is to know of users_raw"]]
}

export const graphHelp: Help.Page = {
  name: "graph",
  usage: "[--format tree|mermaid|dot|json]",
  summary: "Draws which asset is made from which",
  options: [["--format FORMAT", "tree (default), mermaid, dot or json"]],
  examples: [
    ["graph", "a tree, every asset once"],
    ["graph --format mermaid", "for a Markdown page"],
    ["graph --format dot | dot -Tsvg > assets.svg", "through Graphviz"]
  ]
}

export const checkHelp: Help.Page = {
  name: "check",
  usage: "[ASSET…] [--select EXPR] [--exclude EXPR] [--json]",
  summary: "Asks the checks of what is published, of all assets or of some, and materializes nothing",
  options: [...selection, ["--json", "every event as a JSON line on standard output"]],
  examples: [
    ["check", "every check there is; exit code 1 if an error was found, 0 if only warnings"],
    ["check users_raw+", "those of users_raw and of all below it"]
  ]
}

export const queryHelp: Help.Page = {
  name: "query",
  usage: "SQL [--as analyst] [--timeout TIME] [--json]",
  summary: "Asks the warehouse one SQL question and shows the rows",
  options: [
    ["--as ACCOUNT", "whose rights it has: pipeline (default) or analyst"],
    ["--timeout TIME", "how long the query may take: 90s, 5m; default SLUICE_QUERY_TIMEOUT, which is 300 seconds"],
    ["--json", "an array of objects instead of a table"]
  ],
  examples: [
    [`query "select * from messages_per_day" --as analyst`, "what an analyst sees"],
    [`query "select count(*) as users from users_raw" --json`, "for a program"]
  ]
}

export const runsListHelp: Help.Page = {
  name: "runs list",
  usage: "[--limit N] [--json]",
  summary: "Lists the runs that the store has recorded, the newest first",
  options: [
    ["--limit N", "how many; default 20"],
    ["--json", "as one JSON object"]
  ],
  examples: [["runs list", "the last 20"]]
}

export const runsShowHelp: Help.Page = {
  name: "runs show",
  usage: "[RUN] [--json]",
  summary: "Tells a run's story: every step with its time, rows, retries, checks and errors",
  options: [["--json", "what became of it and of each step, as one JSON object"]],
  examples: [
    ["runs show", "the last run"],
    ["runs show 20240301-093000-x1y2", "that run"]
  ]
}

export const runsLogsHelp: Help.Page = {
  name: "runs logs",
  usage: "[RUN] [--json]",
  summary: "Writes a run's events, a line each, with the time of day",
  options: [["--json", "each event as it is stored, as a JSON line"]],
  examples: [
    ["runs logs | grep users_raw", "what the last run did to one asset"],
    ["runs logs --json | jq .error.tag", "for a program"]
  ]
}

export const runsPruneHelp: Help.Page = {
  name: "runs prune",
  usage: "[--keep N] [--older-than TIME]",
  summary: "Forgets old runs; the last materialization of each asset is always kept",
  options: [
    ["--keep N", "keep the newest N; without it and --older-than, as SLUICE_KEEP_RUNS and SLUICE_KEEP_DAYS say"],
    ["--older-than TIME", "forget only what is older: 30d, 12h"]
  ],
  examples: [
    ["runs prune", "as the settings say, which every run does in its end"],
    ["runs prune --keep 100", "all but the newest hundred"],
    ["runs prune --older-than 30d", "all that is older than thirty days"]
  ]
}

export const privacyCanaryHelp: Help.Page = {
  name: "privacy canary",
  usage: "[--small|--full] [--json]",
  summary: "Feeds the pipeline personal data that is unique, breaks it in every way, and searches everything for it",
  options: [
    ["--small", "few rows, the faults that matter most; the default"],
    ["--full", "hundreds of rows, every fault; a minute or two"],
    ["--json", "the report as JSON"]
  ],
  examples: [
    ["privacy canary", "on a store of its own, of the kind that DATABASE_URL names; yours is not touched"],
    ["privacy canary --full", "before a release"]
  ]
}

export const privacyReportHelp: Help.Page = {
  name: "privacy report",
  usage: "[--format text|markdown|json] [--fail-under K]",
  summary: "Tells who may see what, how well users hide among each other, and what remains possible; counts only",
  options: [
    ["--format FORMAT", "text (default), markdown or json"],
    ["--fail-under K", "exit code 1 where a user looks like fewer than K - 1 others, or where there are no users"]
  ],
  examples: [
    ["privacy report", "for the privacy officer"],
    ["privacy report --format markdown > report.md", "for a file"],
    ["privacy report --fail-under 5", "for a pipeline that must not publish less"]
  ]
}

export const eraseHelp: Help.Page = {
  name: "erase",
  usage: "USER_ID|- [--dry-run|--undo] [--json]",
  summary: "Removes a user from the store for good, keeps later runs from bringing them back, and prints a receipt",
  options: [
    ["--dry-run", "show what would be removed, and change nothing"],
    ["--undo", "let later runs bring the user in again, after a mistaken erasure"],
    ["--stdin", "read the id from standard input; a single - means the same"],
    ["--json", "the receipt as JSON"]
  ],
  examples: [
    ["erase 4711 --dry-run", "what the store has of that user"],
    ["erase 4711", "removes it; the receipt names nobody"],
    ["erase - < id.txt", "keeps the id out of the shell's history, the list of processes and the package manager's echo"]
  ]
}

export const validateHelp: Help.Page = {
  name: "validate",
  usage: "[--json]",
  summary: "Checks the definitions and the configuration, and connects to nothing",
  options: [["--json", "as one JSON object, the problems too"]],
  examples: [["validate", "exit code 2, and every problem there is, if something is wrong"]]
}

export const provisionHelp: Help.Page = {
  name: "provision",
  usage: "[--adopt] [--password-in-clear] [--rotate] [--restored] | --reissue-mask-ids [--dry-run]",
  summary: "Creates what is missing: the database, its accounts, tables, views and grants",
  options: [
    ["--adopt", "take over accounts of those names that exist; they lose their other grants"],
    ["--password-in-clear", "send MariaDB passwords instead of hashes, which its logs then hold"],
    ["--rotate", "give the store new keys as well, sealed with SLUICE_SECRET if it is set"],
    ["--restored", "take a store as it is whose parts were restored from different times"],
    [
      "--reissue-mask-ids",
      "replace mask ids that an earlier version gave in order by random ones, everywhere; needs no administrator"
    ],
    ["--dry-run", "show the tables and counts of that, and change nothing"]
  ],
  examples: [
    ["provision", "uses DATABASE_ADMIN_URL where the store is a server"],
    ["provision --adopt", "where the accounts in DATABASE_URL and ANALYST_USER were created by somebody else"],
    ["provision --rotate", "after a change of SLUICE_SECRET, with the one before in SLUICE_OLD_SECRET"],
    ["provision --reissue-mask-ids --dry-run", "what a re-issue would change"]
  ]
}

export const sampleApiHelp: Help.Page = {
  name: "sample-api",
  usage: "[--users N] [--messages M] [--seed S] [--port P]",
  summary: "Serves an API with invented users and messages until it is interrupted",
  options: [
    ["--users N", "how many users are generated; default 1000"],
    ["--messages M", "how many messages; default ten for each user"],
    ["--seed S", "the same seed, the same rows; default 1"],
    ["--port P", "default: a free one"]
  ],
  examples: [
    ["sample-api", "the bundled data"],
    ["sample-api --users 200000 --messages 2000000 --seed 7 --port 8080", "of any size: nothing is held in memory"]
  ]
}

/** The page of the program itself. */
export const program: Help.Page = {
  name: "",
  usage: "COMMAND",
  summary: "Sluice: users and messages from an API to tables that analysts can query, without personal data",
  options: Help.everywhere,
  examples: [
    ["materialize --all", "a whole run; needs no configuration"],
    [`query "select * from messages_per_day" --as analyst`, "a look at the result"]
  ]
}

/** The page of every command, in the order in which they are listed. */
export const pages: ReadonlyArray<Help.Page> = [
  materializeHelp,
  retryHelp,
  planHelp,
  listHelp,
  assetHelp,
  graphHelp,
  checkHelp,
  queryHelp,
  runsListHelp,
  runsShowHelp,
  runsLogsHelp,
  runsPruneHelp,
  privacyCanaryHelp,
  privacyReportHelp,
  eraseHelp,
  validateHelp,
  provisionHelp,
  sampleApiHelp
]
