import { expect, layer } from "@effect/vitest"
import * as Standing from "@sluice/core/partition/Standing"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { at, daysOf, partitionsFailed, partitionsMade, runStarted, succeeded } from "../contract/runEvents.ts"
import { executeOn, freshStores } from "../embedded/stores.ts"

layer(freshStores, { excludeTestServices: true })("SqlRunStore", (it) => {
  it.effect("an event that cannot be decoded is told by its run and number, and what it holds is not", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const event: RunEvent = {
        _tag: "StepCanceled",
        runId: "r1",
        at: "2024-01-01T00:00:00.000Z",
        asset: "a",
        action: "materialize"
      }
      yield* store.append([event, event, event])
      yield* executeOn("history.db")(`UPDATE sluice_events SET event = '{"_tag":"canary"}' WHERE seq = 1`)
      const error = yield* Effect.flip(store.events("r1"))
      expect([error.operation, error.retryable]).toStrictEqual(["read", false])
      expect(error.message).toContain("event 1 of run r1")
      expect(JSON.stringify([error, error.message])).not.toContain("canary")
    })
  )

  it.effect("a damaged standing is folded again from the events, also by the next append", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const damage = executeOn("history.db")("UPDATE sluice_standings SET standing = x'0102'")
      yield* store.append([partitionsMade("r2", "torn", [daysOf(1, 1)]), partitionsFailed("r2", "torn", daysOf(2, 2))])
      const kept = yield* store.standing("torn")
      yield* damage
      expect([yield* store.standing("torn"), (yield* store.standings).get("torn")]).toStrictEqual([kept, kept])
      const next = partitionsMade("r2", "torn", [daysOf(2, 2)])
      yield* store.append([next])
      expect(yield* store.standing("torn")).toStrictEqual(Standing.after(kept, next))
      yield* damage
      yield* store.rebuildStandings()
      const [bytes] = yield* executeOn("history.db")("SELECT length(standing) FROM sluice_standings WHERE asset = 'torn'")
      expect([yield* store.standing("torn"), Number(bytes?.[0]) > 2]).toStrictEqual([Standing.after(kept, next), true])
    })
  )

  it.effect("an append without partitions runs no statement about partitions", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const inner = yield* Effect.tracer
      const statements = (run: string, ...more: ReadonlyArray<RunEvent>) => {
        const seen: Array<string> = []
        const span: Tracer.Tracer["span"] = (...about) => {
          const made = inner.span(...about)
          return Object.assign(made, {
            attribute: (key: string, value: unknown) => void (key === "db.query.text" && seen.push(String(value)))
          })
        }
        const events = [runStarted(run, at), succeeded(run, "plain", "materialize", 1), ...more]
        const tracer = Tracer.make({ span, context: (run) => run() })
        return Effect.as(Effect.withTracer(store.append(events, 0), tracer), seen)
      }
      const aboutPartitions = (all: ReadonlyArray<string>) => all.filter((text) => /standing|partition_events/.test(text))
      const plain = yield* statements("s1")
      const parted = yield* statements("s2", partitionsMade("s2", "counted", [daysOf(1, 1)]))
      expect([plain.length, aboutPartitions(plain).length, aboutPartitions(parted).length]).toStrictEqual([7, 0, 4])
    })
  )
})
