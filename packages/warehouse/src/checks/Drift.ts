import * as Log from "@sluice/core/Log"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { Difference, line } from "./Difference.ts"
import { lastingDrift } from "./lastingDrift.ts"

/** Tables, views, grants or files were changed outside of the pipeline. */
export class DriftFound extends Schema.TaggedError<DriftFound>()("DriftFound", {
  differences: Schema.Array(Difference)
}) {
  readonly retryable = false
  override get message() {
    const count = this.differences.length === 1 ? "in one way" : `in ${this.differences.length} ways`
    const lines = this.differences.flatMap((difference) => [`- ${line(difference)}`, `  remedy: ${difference.remedy}`])
    return [
      `The store is not as declared, ${count}; nothing was written.`,
      ...lines,
      "Apply the remedies, or change the declaration, and run again."
    ].join("\n")
  }
}

/**
 * Compares the store with the declaration before a run's first write. Fails with every change from outside. Relations that were
 * never published are not missed. A difference passes if only the declaration has changed since, because publishing repairs it.
 * A failed login of an account is a warning, so an analyst who changes their password stops no run. Finally proves that the
 * analyst can read only public relations.
 */
export const check = Effect.fn("Drift.check")(function* (
  spec: WarehouseSpec
): Effect.fn.Return<void, DriftFound | WarehouseFailed, WarehouseAudit> {
  const found = yield* lastingDrift(spec, ({ origin }) => origin !== "declaration")
  for (const each of found.filter(({ origin }) => origin === "login")) {
    yield* Log.warning(`${line(each)}. Remedy: ${each.remedy}.`)
  }
  const differences = found.filter(({ origin }) => origin === "outside")
  if (differences.length > 0) return yield* new DriftFound({ differences })
  const { open } = yield* (yield* WarehouseAudit).proof(spec)
  if (open.length > 0) return yield* new DriftFound({ differences: open })
})
