import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Effect from "effect/Effect"
import { Everything, everythingRow, publish, readAll } from "../contract/support.ts"
import { freshStores } from "./stores.ts"

// Guards against a bug: through JSON, SQLite stores half a pair as bytes that abort the process when they are read.
it.live("half a surrogate pair is stored as U+FFFD, and what is like one in JSON stays as it is", () =>
  Effect.gen(function* () {
    const labels = ["a\ud83d", "\udc00b", "\\ud83d", "😀"]
    const rows = labels.map((label, position) => everythingRow({ position, label }))
    yield* publish(Dataset.fromArray(rows))
    expect((yield* readAll(Everything)).map(({ label }) => label)).toEqual(["a\ufffd", "\ufffdb", "\\ud83d", "😀"])
  }).pipe(Effect.provide(freshStores))
)
