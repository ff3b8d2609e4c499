import * as Log from "@sluice/core/Log"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Warehouse } from "../Warehouse.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { Difference, line } from "./Difference.ts"
import { lastingDrift } from "./lastingDrift.ts"

/** Somebody changed tables, views, grants or files behind the pipeline's back. */
export class DriftFound extends Schema.TaggedError<DriftFound>()("DriftFound", {
  differences: Schema.Array(Difference)
}) {
  readonly retryable = false
  override get message() {
    const count = this.differences.length === 1 ? "in one way" : `in ${this.differences.length} ways`
    const lines = this.differences.flatMap((difference) => [`- ${line(difference)}`, `  mend: ${difference.mend}`])
    return [
      `The store is not as declared, ${count}; nothing was written.`,
      ...lines,
      "Mend them, or change the declaration, and run again."
    ].join("\n")
  }
}

/**
 * Compares the store with what is declared and fails with everything that was changed from outside; for before a run's first
 * write. What was never published is not missed, and what differs only because the declaration has changed since it was
 * published passes: publishing it again mends that. An account whose login fails is a warning: an analyst who changes the
 * password of its own account must not stop a run. Last, the analyst is proved to read nothing that is not public.
 */
export const check = Effect.fn("Drift.check")(function* (
  spec: WarehouseSpec
): Effect.fn.Return<void, DriftFound | WarehouseFailed, Warehouse> {
  const found = yield* lastingDrift(spec, ({ origin }) => origin !== "declaration")
  for (const each of found.filter(({ origin }) => origin === "login")) {
    yield* Log.warning(`${line(each)}. To mend it, ${each.mend}.`)
  }
  const differences = found.filter(({ origin }) => origin === "outside")
  if (differences.length > 0) return yield* new DriftFound({ differences })
  const { open } = yield* (yield* Warehouse).proof(spec)
  if (open.length > 0) return yield* new DriftFound({ differences: open })
})
