import { StepContext } from "@sluice/core/asset/StepContext"
import * as Log from "@sluice/core/Log"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import type { Slice } from "@sluice/core/partition/Slice"
import type { Outside } from "@sluice/core/partition/Tally"
import * as Effect from "effect/Effect"

/**
 * What happens to rows outside of the partitions that are made:
 *
 * - `refuse` fails the step, and the old rows stay
 * - `leave` leaves them out: the source is read whole, and each partition takes its own
 * - `warn` leaves them out, counts them in the metadata `late_rows`, and logs a warning
 * - `remake` does what `warn` does, and makes their partitions stale if they are there, so that `backfill --stale` makes them again
 */
export type OutsideRows = "refuse" | "leave" | "warn" | "remake"

/** Whether the warehouse refuses rows outside of the slice. */
export const optionOf = (outside: OutsideRows) => ({ outside: outside === "refuse" ? outside : "leave" }) as const

/** Reports the rows that were left out. */
export const report = (
  table: string,
  { space }: Slice,
  { elsewhere, rows, runs }: Outside,
  outside: OutsideRows
): Effect.Effect<void, never, StepContext> =>
  rows === 0 || outside === "refuse" || outside === "leave"
    ? Effect.void
    : Effect.gen(function* () {
        const step = yield* StepContext
        step.metadata({ late_rows: rows })
        const where = PartitionText.print(space, runs, { limit: 3 })
        if (outside === "remake" && where !== "") step.late(runs, rows - elsewhere)
        const remedy =
          outside === "remake" ? ` These are stale now: make them again with \`sluice backfill ${step.asset} --stale\`.` : ""
        yield* Log.warning(
          `${rows} rows of ${table} are in ${where === "" ? "no partition" : where}, and were left out.${remedy}`
        )
      })
