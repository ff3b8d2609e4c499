import type { RunSummary } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import { expect, it } from "vitest"
import * as Forecast from "../../src/Forecast.ts"
import * as EventText from "../../src/render/EventText.ts"
import * as Progress from "../../src/render/Progress.ts"
import * as RunsText from "../../src/render/RunsText.ts"
import * as Style from "../../src/render/Style.ts"
import * as Summary from "../../src/render/Summary.ts"
import { failingRun, owner } from "./events.ts"

const text = (lines: ReadonlyArray<string>) => lines.join("\n")
const now = (second: number) => Date.UTC(2024, 2, 1, 9, 30, 0, second * 1000)

it("a summary has a line for each asset, causes below, totals and what to type next", () => {
  const next = Summary.next(["pnpm assets retry", "pnpm assets runs show"], Style.plain)
  const summary = Summary.lines(RunResult.fromEvents(failingRun), new Map(), Style.plain)
  expect(text([...summary, ...next])).toMatchInlineSnapshot(`
    "
    ↺ a                 10 ms  loaded
    ✗ bad  failed after 2 attempts (500 ms)
        Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the
        key, or at the rows that share one.
    ✓ d    12,345 rows  1.2 s  2 quarantined
        ! check no_orphans warns, 3 orphans
    – c    skipped: bad failed

    2 succeeded · 1 failed · 1 skipped · 1 warning in 1 check · 2.0 s · run 20240301-093000-abcd
    Next: pnpm assets retry
          pnpm assets runs show"
  `)
})

it("progress has a line for each running asset and each that waits, none wider than the terminal", () => {
  const forecast = { steps: new Map([["d", 4000]]), total: 5000, unknown: 0 }
  const half = RunResult.fromEvents(failingRun.slice(0, 7))
  expect(text(Progress.lines(half, { now: now(1.1), forecast }, Style.plain))).toMatchInlineSnapshot(`
    "  ⟳ bad  waits 500 ms before attempt 2: Could not publish bad: the server refu…
      ⠙ d    12,000 rows · 11,111 rows/s · 1.1 s of about 4.0 s
      1 of 4 done · 12,000 rows · 1.1 s of about 5.0 s"
  `)
})

it("progress of more assets than a terminal has lines for counts the rest", () => {
  const steps = Array.from({ length: 20 }, (_, i) => ({
    asset: `w${i}`,
    action: "materialize" as const,
    reason: { _tag: "Selected" as const },
    after: []
  }))
  const run = { runId: "r", at: new Date(now(0)).toISOString() }
  const started = steps.map(({ asset }) => ({ _tag: "StepStarted" as const, ...run, asset, attempt: 1 }))
  const result = RunResult.fromEvents([{ _tag: "RunStarted", ...run, selection: "*", steps, tags: {}, owner }, ...started])
  expect(Progress.lines(result, { now: now(0), forecast: Forecast.nothing }, Style.plain).slice(11)).toEqual([
    "  ⠋ w11  0 ms",
    "  and 8 more",
    "  0 of 20 done · 0 ms"
  ])
})

it("to whoever reads along in a file, each event is a line", () => {
  expect(text(failingRun.flatMap((event) => EventText.line(event, 3, Style.plain) ?? []))).toMatchInlineSnapshot(`
    "▸ a
    ↺ a    loaded · 10 ms
    ▸ bad
    ▸ d
    ⟳ bad  attempt 1 failed, again in 500 ms: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
    ! d    check no_orphans warns, 3 orphans
    ✓ d    12,345 rows · 2 quarantined · 1.2 s
    ▸ bad  attempt 2
    ✗ bad  failed: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
    – c    skipped: bad failed"
  `)
})

it("a run's story has every event with the time since its start, and why each step is in it", () => {
  expect(text(RunsText.story(failingRun, Style.plain))).toMatchInlineSnapshot(`
    "Run 20240301-093000-abcd failed
    bad or c or d, started 2024-03-01 09:30:00 UTC

       +0.01 s  ▸ a    loaded for bad and d
       +0.02 s  ↺ a    loaded · 10 ms
       +0.02 s  ▸ bad  selected
       +0.02 s  ▸ d    selected
       +1.00 s  ⟳ bad  attempt 1 failed, again in 500 ms: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
       +1.20 s  ! d    check no_orphans warns, 3 orphans
       +1.20 s  ✓ d    12,345 rows · 2 quarantined · 1.2 s
       +1.50 s  ▸ bad  attempt 2
       +2.00 s  ✗ bad  failed: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
       +2.00 s  – c    skipped: bad failed

    2 succeeded · 1 failed · 1 skipped · 1 warning in 1 check · 2.0 s · run 20240301-093000-abcd"
  `)
})

it("a list of runs has a line for each, a run of everything as it was typed", () => {
  const run: RunSummary = {
    runId: "20240301-093000-abcd",
    startedAt: "2024-03-01T09:30:00.000Z",
    selection: "*",
    tags: {},
    retryOf: undefined,
    owner,
    status: "succeeded",
    durationMillis: 61_000,
    reason: undefined,
    heartbeatAt: "2024-03-01T09:30:00.000Z"
  }
  expect(
    text(
      RunsText.list(
        [run, { ...run, selection: "users_raw", status: "running", durationMillis: undefined, tags: { team: "a" } }],
        Style.plain
      )
    )
  ).toMatchInlineSnapshot(`
    "run                   started (UTC)        status     took       selection
    20240301-093000-abcd  2024-03-01 09:30:00  succeeded  1 min 1 s  --all
    20240301-093000-abcd  2024-03-01 09:30:00  running               users_raw [team=a]"
  `)
})

it("where a terminal shows ASCII only, marks are ASCII", () => {
  const style = Style.make({ colour: false, unicode: false, columns: 80 })
  const drawn = text(Summary.lines(RunResult.fromEvents(failingRun), new Map(), style))
  expect([...drawn].filter((character) => character > "~")).toEqual([])
})
