import { expect, layer } from "@effect/vitest"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { at, concluded, error, everyEvent, runStarted, startedWith, stepStarted, succeeded } from "./runEvents.ts"

/** Every run store appends and reads events like this. It needs a fresh one. */
export const runStoreContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<RunStore, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: run store`, (it) => {
    it.effect("events of every kind come back as they were appended, in order", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const events = everyEvent("20240101-000000-kind")
        yield* store.append(events.slice(0, 3))
        yield* store.append(events.slice(3))
        expect(yield* store.events("20240101-000000-kind")).toStrictEqual(events)
      })
    )

    it.effect("a run that is not there has no events", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        expect(yield* store.events("nowhere")).toStrictEqual([])
        yield* store.append([])
      })
    )

    it.effect("thousands of events in one append keep their order", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const events = Array.from({ length: 3_000 }, (_, attempt) => stepStarted("20240101-000000-many", attempt))
        yield* store.append(events)
        yield* store.append([stepStarted("20240101-000000-many", 3_000)])
        expect(
          (yield* store.events("20240101-000000-many")).map((event) => "attempt" in event && event.attempt)
        ).toStrictEqual(Array.from({ length: 3_001 }, (_, attempt) => attempt))
      })
    )

    it.effect("an append that fails leaves nothing of itself, and its error says so without a value", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "20240101-000000-once"
        yield* store.append([runStarted(run, "2024-01-01T00:00:00.000Z")])
        const again = [stepStarted(run, 1), runStarted(run, "2024-01-01T00:00:00.000Z"), stepStarted(run, 2)]
        const error = yield* Effect.flip(store.append(again))
        expect(error.operation).toBe("written")
        expect(error.retryable).toBe(false)
        expect(error.message).not.toContain("the words of the selection")
        expect(yield* store.events(run)).toStrictEqual([runStarted(run, "2024-01-01T00:00:00.000Z")])
      })
    )

    // Regression: an append whose answer was lost was written again, with a second conclusion of the run.
    it.effect("an append that is repeated under its number writes nothing twice, however much of it is there", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const events = everyEvent("20240101-000000-again")
        yield* store.append(events.slice(0, 4), 0)
        yield* store.append(events.slice(0, 4), 0)
        yield* store.append(events.slice(2, 8), 2)
        yield* store.append(events.slice(8), 8)
        yield* store.append(events.slice(8), 8)
        expect(yield* store.events("20240101-000000-again")).toStrictEqual(events)
        expect((yield* store.runs(1_000)).filter(({ runId }) => runId === "20240101-000000-again").length).toBe(1)
      })
    )

    // An append whose connection was lost may still be running on the server when it is retried.
    it.effect("an append that is repeated while it is still under way writes nothing twice", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const events = everyEvent("20240101-000000-twice")
        const append = (from: number, to: number) => store.append(events.slice(from, to), from)
        yield* Effect.all([append(0, 4), append(0, 4), append(0, 4)], { concurrency: "unbounded", discard: true })
        yield* Effect.all([append(4, 99), append(4, 99), append(4, 99)], { concurrency: "unbounded", discard: true })
        expect(yield* store.events("20240101-000000-twice")).toStrictEqual(events)
      })
    )

    // Regression: a process that slept for a minute continued to write to a run that another start had closed.
    it.effect("a run that somebody else has closed takes no more events of its process, and says what to do", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "20240101-000000-lost"
        yield* store.append([runStarted(run, at)], 0)
        expect(yield* store.close(run, () => [concluded(run, "crashed")])).toBe(true)
        const error = yield* Effect.flip(store.append([succeeded(run, "of_the_lost", "materialize", 1)], 1))
        expect([error.operation, error.retryable]).toStrictEqual(["written", false])
        expect(error.message).toContain(`retry ${run}`)
        expect(yield* store.events(run)).toStrictEqual([runStarted(run, at), concluded(run, "crashed")])
        expect((yield* store.materializations).has("of_the_lost")).toBe(false)
      })
    )

    it.effect("a run's steps are open until they end, however they do", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "20240101-000000-open"
        const names = ["z", "succeeded", "unchanged", "failed", "skipped", "canceled", "a"]
        const ends: ReadonlyArray<RunEvent> = [
          succeeded(run, "succeeded", "materialize", 1),
          { _tag: "StepUnchanged", runId: run, at, asset: "unchanged", since: at },
          { _tag: "StepFailed", runId: run, at, asset: "failed", action: "load", attempt: 1, durationMillis: 1, error },
          { _tag: "StepSkipped", runId: run, at, asset: "skipped", action: "materialize", causes: [] },
          { _tag: "StepCanceled", runId: run, at, asset: "canceled", action: "materialize" }
        ]
        yield* store.append([startedWith(run, at, names, "check")], 0)
        yield* store.append([stepStarted(run, 1), ...ends], 1)
        const open = [
          { asset: "a", action: "check" },
          { asset: "z", action: "check" }
        ]
        expect([yield* store.openSteps(run), yield* store.openSteps("nowhere")]).toStrictEqual([open, []])
      })
    )

    // Regression: two starts found the run unfinished, and each wrote its conclusion.
    it.effect("of many that close an unfinished run at once, one does", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "20240101-000000-close"
        const closing = store.close(run, (open) => [
          ...open.map(({ action, asset }): RunEvent => ({ _tag: "StepCanceled", runId: run, at, asset, action })),
          concluded(run, "crashed")
        ])
        yield* store.append([startedWith(run, at, ["b", "a"], "materialize")], 0)
        const closed = yield* Effect.all([closing, closing, closing, closing], { concurrency: "unbounded" })
        expect([closed.filter(Boolean).length, yield* closing, yield* store.close("nowhere", () => [])]).toStrictEqual([
          1,
          false,
          false
        ])
        expect((yield* store.events(run)).slice(1)).toStrictEqual([
          { _tag: "StepCanceled", runId: run, at, asset: "a", action: "materialize" },
          { _tag: "StepCanceled", runId: run, at, asset: "b", action: "materialize" },
          concluded(run, "crashed")
        ])
        expect([yield* store.openSteps(run), (yield* store.lastSteps).get("b")]).toStrictEqual([
          [],
          { status: "canceled", runId: run, at }
        ])
      })
    )

    it.effect("a page of a run's events begins and ends where it is told to", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "20240101-000000-page"
        const events = everyEvent(run)
        yield* store.append(events, 0)
        const pages = yield* Effect.all([
          store.events(run, { from: 2, limit: 3 }),
          store.events(run, { from: 8, limit: 5 }),
          store.events(run, { from: 99, limit: 5 })
        ])
        expect(pages).toStrictEqual([events.slice(2, 5), events.slice(8, 13), []])
      })
    )

    // Regression: a process with a wrong clock seemed dead, or alive for ever.
    it.effect("an event is a sign of life as a heartbeat is, by the store's clock; what closes a run is none", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "19980101-000000-sign"
        const alive = Effect.map(store.runs(1_000), (all) => all.find(({ runId }) => runId === run)?.heartbeatAt ?? "")
        yield* store.append([runStarted(run, "1998-01-01T00:00:00.000Z")], 0)
        const begun = yield* alive
        yield* Effect.sleep("20 millis")
        yield* store.append([{ ...stepStarted(run, 1), at: "1998-01-01T00:00:07.000Z" }], 1)
        const worked = yield* alive
        yield* Effect.sleep("20 millis")
        yield* store.close(run, () => [concluded(run, "crashed")])
        expect([begun > "2020", worked > begun, yield* alive]).toStrictEqual([true, true, worked])
      })
    )

    it.effect("runs that append at the same time do not lose an event", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const runs = Array.from({ length: 8 }, (_, index) => `20240101-000000-con${index}`)
        yield* Effect.forEach(
          runs,
          (run) =>
            Effect.forEach([0, 1, 2, 3, 4], (attempt) =>
              store.append([stepStarted(run, attempt), succeeded(run, run, "materialize", 1)])
            ),
          { concurrency: "unbounded" }
        )
        expect(yield* Effect.forEach(runs, (run) => Effect.map(store.events(run), (events) => events.length))).toStrictEqual(
          runs.map(() => 10)
        )
      })
    )

    // Regression: to find a run's unfinished steps, all of its events were read.
    it.effect(
      "of a run with a hundred thousand events, what is open is told and closed in a fraction of the time of reading it",
      () =>
        Effect.gen(function* () {
          const store = yield* RunStore
          const run = "20240101-000000-huge"
          yield* store.append([startedWith(run, at, ["a", "b"], "materialize")], 0)
          const size = 10_000
          for (let from = 1; from < 100_000; from += size) {
            yield* store.append(
              Array.from({ length: size }, (_, index) => stepStarted(run, from + index)),
              from
            )
          }
          const [open, asking] = yield* Effect.timed(store.openSteps(run))
          const [closing, closed] = yield* Effect.timed(store.close(run, () => [concluded(run, "crashed")]))
          const [reading, events] = yield* Effect.timed(store.events(run))
          expect([asking.length, closed, events.length]).toStrictEqual([2, true, 100_002])
          if (options.name !== "memory") {
            expect(Duration.toMillis(open) + Duration.toMillis(closing)).toBeLessThan(Duration.toMillis(reading) / 5)
          }
        }),
      60_000
    )
  })
