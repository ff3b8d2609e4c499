import { RunStore } from "@sluice/core/run/RunStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Settings } from "./Settings.ts"

/** Deletes runs that are neither among the newest `keep` nor younger than `age` milliseconds. */
export const prune = Effect.fn("Retention.prune")(function* (options: { readonly keep: number; readonly age: number }) {
  const store = yield* RunStore
  const before = new Date((yield* Clock.currentTimeMillis) - options.age).toISOString()
  return yield* store.prune({ before, keep: options.keep })
})

/** Deletes the runs that the settings do not keep. */
export const apply = (settings: Settings) => prune(fromSettings(settings))

export const fromSettings = ({ keepDays, keepRuns }: Settings) => ({ keep: keepRuns, age: keepDays * dayMillis })

const dayMillis = 86_400_000
