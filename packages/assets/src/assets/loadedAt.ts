import * as Timestamp from "@sluice/core/data/Timestamp"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

/** The time of a load, as all of its rows have it. */
export const loadedAt: Effect.Effect<Timestamp.Timestamp> = Effect.map(DateTime.now, Timestamp.fromDateTime)
