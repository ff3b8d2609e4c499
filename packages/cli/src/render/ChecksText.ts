import * as RunResult from "@sluice/core/run/RunResult"
import * as EventText from "./EventText.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"
import * as Summary from "./Summary.ts"

/** The results of a run's checks, one line each, and a line of totals. */
export const lines = (result: RunResult.RunResult, style: Style): ReadonlyArray<string> => {
  const checks = RunResult.stepsOf(result).flatMap(({ asset, checks }) => checks.map((check) => ({ asset, ...check })))
  return [
    ...Layout.table(
      checks.map(({ asset, ...check }) => [
        style.cyan(asset),
        check.check,
        ...cells(check, style),
        style.worded(found(check))
      ]),
      style.columns,
      ["asset", "check", "severity", "result", "found"].map(style.dim)
    ),
    "",
    ...Summary.totals(result, style)
  ]
}

/** A check's severity, and whether it passed. */
export const cells = (check: RunResult.CheckResult, style: Style): ReadonlyArray<string> => [
  check.blocking ? `${check.severity}, blocks` : check.severity,
  `${EventText.checkMark(check, style)} ${EventText.verdict({ ...check, blocking: false })}`
]

/** The counts of a check. */
export const found = ({ metadata }: RunResult.CheckResult): string => EventText.facts(metadata).join(", ")
