import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { RunSummary } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import { expect, it } from "vitest"
import * as RunEstimate from "../../src/RunEstimate.ts"
import * as ChecksText from "../../src/render/ChecksText.ts"
import * as EventText from "../../src/render/EventText.ts"
import * as Layout from "../../src/render/Layout.ts"
import * as Progress from "../../src/render/Progress.ts"
import * as RunsText from "../../src/render/RunsText.ts"
import * as Style from "../../src/render/Style.ts"
import * as Summary from "../../src/render/Summary.ts"
import { failingRun, owner, readingRun } from "./events.ts"

const lined = (events: ReadonlyArray<RunEvent>) => {
  const line = EventText.liner(3, Style.plain)
  return events.flatMap((event) => line(event) ?? [])
}
const upstreams = new Map<string, ReadonlyArray<string>>()
const text = (lines: ReadonlyArray<string>) => lines.join("\n")
const now = (second: number) => Date.UTC(2024, 2, 1, 9, 30, 0, second * 1000)

it("a summary has a line for each asset, causes below, totals and what to type next", () => {
  const next = Summary.next(["retry", "runs show"], Style.plain)
  const summary = Summary.lines(RunResult.fromEvents(failingRun), new Map(), Style.plain)
  expect(text([...summary, ...next])).toMatchInlineSnapshot(`
    "
    ↺ a                 10 ms  loaded
    ✗ bad  failed after 2 attempts (500 ms): Could not publish bad: the server refu…
    ✓ d    12,345 rows  1.2 s  2 quarantined
        ! check no_orphans warns, 3 orphans
    – c    skipped: bad failed

    2 succeeded · 1 failed · 1 skipped · 1 warning in 1 check · 2.0 s
    run 20240301-093000-abcd
    Next: sluice retry
          sluice runs show"
  `)
})

it("progress has a line for each running asset and each that waits, none wider than the terminal", () => {
  const estimate = { steps: new Map([["d", 4000]]), total: 5000, unknown: 0 }
  const half = RunResult.fromEvents(failingRun.slice(0, 7))
  expect(text(Progress.lines(half, { now: now(1.1), estimate, upstreams }, Style.plain))).toMatchInlineSnapshot(`
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
  expect(Progress.lines(result, { now: now(0), estimate: RunEstimate.nothing, upstreams }, Style.plain).slice(11)).toEqual([
    "  ⠋ w11  0 ms",
    "  and 8 more",
    "  0 of 20 done · 0 ms"
  ])
})

it("to whoever reads along in a file, each event is a line", () => {
  expect(text(lined(failingRun))).toMatchInlineSnapshot(`
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

// Regression: a table that was stopped because its source began again was said to have failed, "again in 0 ms".
it("what goes on alongside its source says so, and is not said to fail when its source restarts", () => {
  expect(text(lined(readingRun))).toMatchInlineSnapshot(`
    "▸ s
    ▸ t    alongside s
    ⟳ t    attempt 1 was stopped: "t" restarts, because its upstream "s" failed or changed while it was read.
    ⟳ s    attempt 1 failed, again in 500 ms: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
    ▸ s    attempt 2
    ▸ t    attempt 2, alongside s
    ✓ s    500 ms
    ✓ t    500 ms"
  `)
  expect(text(RunsText.story(readingRun, Style.plain))).toMatchInlineSnapshot(`
    "Run 20240301-093000-abcd succeeded
    t, started 2024-03-01 09:30:00 UTC

       +0.01 s  ▸ s  needed by t (never stored)
       +0.10 s  ▸ t  selected; alongside s
       +1.00 s  ⟳ t  attempt 1 was stopped: "t" restarts, because its upstream "s"
                     failed or changed while it was read.
       +1.00 s  ⟳ s  attempt 1 failed, again in 500 ms: Could not publish bad: the
                     server refused a row (ER_DUP_ENTRY). Look at the key, or at the
                     rows that share one.
       +1.50 s  ▸ s  attempt 2
       +1.60 s  ▸ t  attempt 2, alongside s
       +2.00 s  ✓ s  500 ms
       +2.10 s  ✓ t  500 ms

    2 succeeded · 2.1 s · run 20240301-093000-abcd"
  `)
  const at = { estimate: RunEstimate.nothing, upstreams: new Map([["t", ["s"]]]) }
  const drawn = (events: number, second: number) =>
    text(Progress.lines(RunResult.fromEvents(readingRun.slice(0, events)), { ...at, now: now(second) }, Style.plain))
  expect([drawn(3, 1), drawn(4, 1.1)].join("\n\n")).toMatchInlineSnapshot(`
    "  ⠋ s  990 ms
      ⠋ t  900 ms · alongside s
      0 of 2 done · 1.0 s

      ⠙ s  1.1 s
      ⟳ t  attempt 1 was stopped · restarts · alongside s
      0 of 2 done · 1.1 s"
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
       +1.00 s  ⟳ bad  attempt 1 failed, again in 500 ms: Could not publish bad: the
                       server refused a row (ER_DUP_ENTRY). Look at the key, or at
                       the rows that share one.
       +1.20 s  ! d    check no_orphans warns, 3 orphans
       +1.20 s  ✓ d    12,345 rows · 2 quarantined · 1.2 s
       +1.50 s  ▸ bad  attempt 2
       +2.00 s  ✗ bad  attempt 2 failed the same way, and was the last
       +2.00 s  – c    skipped: bad failed

    2 succeeded · 1 failed · 1 skipped · 1 warning in 1 check · 2.0 s
    run 20240301-093000-abcd"
  `)
})

it("a list of runs has a line for each, a run of everything as it was typed", () => {
  const run: RunSummary = {
    runId: "20240301-093000-abcd",
    startedAt: "2024-03-01T09:30:00.000Z",
    selection: "*",
    tags: {},
    retryOf: undefined,
    partitions: undefined,
    backfill: false,
    origin: undefined,
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
    "run                   status     took       selection
    20240301-093000-abcd  succeeded  1 min 1 s  --all
    20240301-093000-abcd  running               users_raw [team=a]"
  `)
})

// Regression: a check that could not be evaluated was said to have found "error Could not evaluate the check".
it("why a check could not be evaluated is told as the sentence that it is", () => {
  const check = { check: "row_count", severity: "error", blocking: true, passed: false } as const
  const metadata = { error: "Could not evaluate the check: it is gone." }
  expect(EventText.check({ ...check, metadata })).toBe(
    "check row_count failed and blocks, Could not evaluate the check: it is gone."
  )
})

// Regression: a command in it was named as `sluice`, however the program was started.
it("why a check could not be evaluated names a command as it is typed", () => {
  const style = Style.make({ ...Style.plain, program: "npx sluice" })
  const check: RunEvent = {
    _tag: "CheckEvaluated",
    ...{ runId: "r", at: "2024-03-01T09:30:00.000Z", asset: "a", check: "row_count" },
    severity: "error",
    ...{ blocking: true, passed: false, metadata: { error: "It broke. `sluice check a --show-errors` shows it." } }
  }
  const step = { asset: "a", action: "check", reason: { _tag: "Selected" }, after: [] } as const
  const run = { runId: "r", at: check.at }
  const result = RunResult.fromEvents([
    { _tag: "RunStarted", ...run, selection: "a", steps: [step], tags: {}, owner },
    check,
    { _tag: "StepSucceeded", ...run, asset: "a", action: "check", attempt: 1, durationMillis: 1, metadata: {} }
  ])
  const lines = [
    EventText.liner(1, style)(check) ?? "",
    text(Summary.lines(result, new Map(), style)),
    text(ChecksText.lines(result, style))
  ]
  const named = lines.map((line) => /`[a-z ]*sluice check a/.exec(line)?.[0])
  expect(named).toStrictEqual(["`npx sluice check a", "`npx sluice check a", "`npx sluice check a"])
})

it("in colour, a step that starts by itself has nothing told of it but why it is there", () => {
  const style = Style.make({ ...Style.plain, colour: true, unicode: true, columns: 80 })
  const started = RunsText.story(readingRun, style)
    .map(Layout.undecorated)
    .filter((line) => line.includes("▸"))
  expect(started.slice(0, 2)).toEqual([
    "   +0.01 s  ▸ s  needed by t (never stored)",
    "   +0.10 s  ▸ t  selected; alongside s"
  ])
})

// Regression: a run that died before its first heartbeat was shown to have taken 0 ms.
it("of a run that crashed, what it is known to have lived is marked as no more than known", () => {
  expect([
    Summary.took("crashed", 0, Style.plain),
    Summary.took("crashed", 20_000, Style.plain),
    Summary.took("failed", 0, Style.plain)
  ]).toEqual(["–", "≥ 20.0 s", "0 ms"])
})

// Regression: an API that was down filled the screen with the same sentence, once per attempt.
it("an error is told in full once, and again where it is another one", () => {
  const tell = EventText.teller(1, Style.plain)
  const retrying = (attempt: number, message: string): RunEvent => ({
    _tag: "StepRetrying",
    runId: "r",
    at: "2024-03-01T09:30:00.000Z",
    asset: "a",
    attempt,
    error: { tag: "Down", message, retryable: true },
    delayMillis: 500,
    ...(attempt === 3 ? {} : { attempts: 4 })
  })
  const events = [retrying(1, "It is down."), retrying(2, "It is down."), retrying(3, "It is gone.")]
  expect(events.map((event) => tell(event)?.text)).toEqual([
    "attempt 1 of 4 failed, again in 500 ms: It is down.",
    "attempt 2 of 4 failed the same way, again in 500 ms",
    // As one that was recorded before it was noted how many there may be.
    "attempt 3 failed, again in 500 ms: It is gone."
  ])
})

it("a run is one object for programs: its head as in the list of runs, and every step with what became of it", () => {
  const { steps, ...head } = JSON.parse(RunsText.json(failingRun))
  expect([head, steps.map((step: Record<string, unknown>) => step["asset"]), steps[2]]).toEqual([
    {
      runId: "20240301-093000-abcd",
      startedAt: "2024-03-01T09:30:00.000Z",
      status: "failed",
      durationMillis: 2000,
      reason: null,
      selection: "bad or c or d",
      tags: {},
      retryOf: null,
      backfill: false,
      origin: null
    },
    ["a", "bad", "d", "c"],
    {
      asset: "d",
      action: "materialize",
      reason: { _tag: "Selected" },
      state: {
        _tag: "Succeeded",
        attempt: 1,
        durationMillis: 1180,
        metadata: { rows: 12_345, quarantined: 2, duplicates: 0 }
      },
      checks: [{ check: "no_orphans", severity: "warn", blocking: false, passed: false, metadata: { orphans: 3 } }]
    }
  ])
})

it("where a terminal shows ASCII only, marks are ASCII", () => {
  const style = Style.make({ ...Style.plain, colour: false, unicode: false, columns: 80 })
  const drawn = text(Summary.lines(RunResult.fromEvents(failingRun), new Map(), style))
  expect([...drawn].filter((character) => character > "~")).toEqual([])
})
