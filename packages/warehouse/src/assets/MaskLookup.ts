import { StepContext } from "@sluice/core/asset/StepContext"
import type { MaskId } from "@sluice/core/data/MaskId"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import type { Pii } from "@sluice/core/data/Pii"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A row has a value without a mask id: the row and the map come from different readings of the source. */
export class MaskIdMissing extends Schema.TaggedError<MaskIdMissing>()("MaskIdMissing", {
  table: Schema.String,
  kind: Schema.String,
  /** The command that makes the mask ids and the rows together, without the program's name. */
  command: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `A ${this.kind} has no mask id, so nothing was loaded into ${this.table}. Make the mask ids and the rows together, with \`sluice ${this.command}\`.`
  }
}

/** Finds the mask id of a value. Null has none. */
export interface Lookup {
  <K extends string>(map: MaskMap<K>, value: Pii<K>): MaskId<K>
  <K extends string>(map: MaskMap<K>, value: Pii<K> | null): MaskId<K> | null
}

/**
 * Gives `load` a lookup for its rows, and fails if a lookup found no id. Rows are made by plain functions outside of Effect, so
 * a missing id is thrown there, which stops the load. It becomes a typed error here.
 */
export const withMaskIds = <A, E, R>(
  table: string,
  load: (lookup: Lookup) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | MaskIdMissing, R | StepContext> =>
  Effect.flatMap(StepContext, ({ asset, runId, slice }) => {
    // The error of many partitions is recorded once if its message names none of them.
    const command = slice === undefined ? `materialize ${asset}` : `retry ${runId}`
    let missing: MaskIdMissing | undefined
    function lookup<K extends string>(map: MaskMap<K>, value: Pii<K>): MaskId<K>
    function lookup<K extends string>(map: MaskMap<K>, value: Pii<K> | null): MaskId<K> | null
    function lookup<K extends string>(map: MaskMap<K>, value: Pii<K> | null): MaskId<K> | null {
      if (value === null) return null
      const id = map.get(value)
      if (id !== undefined) return id
      missing = new MaskIdMissing({ table, kind: map.kind, command })
      throw missing
    }
    return Effect.catchAllCause(
      Effect.suspend(() => load(lookup)),
      (cause): Effect.Effect<A, E | MaskIdMissing> =>
        missing === undefined ? Effect.failCause(cause) : Effect.fail(missing)
    )
  })
