import * as Timestamp from "@sluice/core/data/Timestamp"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

/** The time of a load, the same for all of its rows. */
export const loadedAt: Effect.Effect<Timestamp.Timestamp> = Effect.map(DateTime.now, Timestamp.fromDateTime)
