import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Dataset from "../data/Dataset.ts"
import * as Packed from "../data/Packed.ts"
import * as Spill from "../data/Spill.ts"
import type { QuarantinedRow } from "./Quarantine.ts"

/** Collects the quarantined rows of a source, in bounded memory. */
export interface Rejects {
  readonly see: (rows: ReadonlyArray<QuarantinedRow>) => Effect.Effect<void, Spill.SpillFailed>
  readonly count: () => number
  /** The number of rows for each reason. Positions in lists are left out of the reasons. */
  readonly reasons: ReadonlyMap<string, number>
  /** Returns all collected rows, in order. */
  readonly rows: () => Dataset.Dataset<QuarantinedRow>
}

export const make = Effect.fn("Rejects.make")(function* (
  bytesInMemory = 1024 * 1024
): Effect.fn.Return<Rejects, never, Spill.Spill | Scope.Scope> {
  const keep = yield* Spill.keeper(bytesInMemory, { compress: true })
  const blocks: Array<Effect.Effect<Uint8Array, Spill.SpillFailed>> = []
  const reasons = new Map<string, number>()
  let count = 0
  return {
    see: Effect.fnUntraced(function* (rows) {
      if (rows.length === 0) return
      count += rows.length
      for (const { field, reason } of rows) {
        const words = `${field === "" ? "the row" : field.replace(/\.\d+(?=\.|$)/g, "[]")} ${reason}`
        reasons.set(words, (reasons.get(words) ?? 0) + 1)
      }
      blocks.push(yield* keep(Packed.toBytes(codec.encode(rows))))
    }),
    count: () => count,
    reasons,
    rows: () =>
      Dataset.fromChunks(
        Stream.mapEffect(Stream.fromIterable(blocks), (block) =>
          Effect.map(block, (bytes) => codec.decode(Packed.fromBytes(bytes)))
        ),
        count
      )
  }
})

const codec = Packed.codec<QuarantinedRow>({
  write: ({ field, id, ordinal, reason }, sink) => {
    sink.put(String(ordinal))
    sink.put(id)
    sink.put(field)
    sink.put(reason)
  },
  reading: () => (cursor) => ({
    ordinal: Number(cursor.text()),
    id: cursor.orNull(),
    field: cursor.text(),
    reason: cursor.text()
  })
})
