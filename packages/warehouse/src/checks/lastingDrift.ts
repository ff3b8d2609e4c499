import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Effect from "effect/Effect"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Difference } from "./Difference.ts"

const looks = 5

/**
 * The differences that persist: none if one of five looks finds none, else those of the last look. A server's catalogue is not
 * read atomically: while another asset's table is swapped, a view over it can seem broken for a moment.
 */
export const lastingDrift = (
  spec: WarehouseSpec,
  matters: (difference: Difference) => boolean
): Effect.Effect<ReadonlyArray<Difference>, WarehouseFailed, WarehouseAudit> =>
  Effect.gen(function* () {
    const audit = yield* WarehouseAudit
    const look = Effect.map(
      Effect.retry(audit.drift(spec), { times: looks - 1, while: (error) => error.reason !== "AccessDenied" }),
      (differences) => differences.filter(matters)
    )
    let found = yield* look
    for (let again = 1; again < looks && found.length > 0; again++) found = yield* look
    return found
  })
