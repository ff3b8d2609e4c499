import * as Flag from "@sluice/core/command/Flag"

/** The default of `--concurrency`: how many assets a run materializes at once. */
export const defaultConcurrency = 8

/** An option of the commands that run the code of assets. */
export const showErrors = Flag.boolean("show-errors", "show thrown errors with their messages; only on your own machine")

/** The options of every command that executes a run. */
export const options = {
  concurrency: Flag.withDefault(
    Flag.wholeNumber("concurrency", "N", [1, 1_000], "how many assets to materialize at once"),
    defaultConcurrency
  ),
  failFast: Flag.boolean("fail-fast", "stop everything at the first failure"),
  timeout: Flag.duration("timeout", "TIME", "the longest that the whole run may take: 90s, 5m, 1h30m"),
  allowFewerRows: Flag.boolean("allow-fewer-rows", "publish a table even if it loses most of its rows"),
  allowSampleData: Flag.boolean("allow-sample-data", "let the bundled sample replace rows from a real API"),
  showErrors,
  json: Flag.boolean("json", "every event as a JSON line on standard output")
}
