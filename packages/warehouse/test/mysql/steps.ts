import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { Metadata } from "@sluice/core/asset/Metadata"
import { StepContext } from "@sluice/core/asset/StepContext"
import { infileLoader } from "@sluice/warehouse/mysql/InfileLoader"
import { insertLoader } from "@sluice/warehouse/mysql/Loader"
import * as Effect from "effect/Effect"

/** Every loader by its name. All must behave alike. */
export const loaders = [
  ["LOAD DATA LOCAL INFILE", infileLoader],
  ["INSERT", insertLoader]
] as const

export interface Recorded<A> {
  readonly value: A
  readonly rows: number
  readonly metadata: Metadata
}

/** Runs a step, and returns its reports too. `staged` gets the name of the staging table. */
export const recorded = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  staged: (relation: string) => Effect.Effect<void, CheckFailed> = () => Effect.void
): Effect.Effect<Recorded<A>, E, Exclude<R, StepContext>> =>
  Effect.suspend(() => {
    let rows = 0
    let metadata: Metadata = {}
    return Effect.map(
      Effect.provideService(work, StepContext, {
        runId: "test",
        asset: "test",
        attempt: 1,
        slice: undefined,
        late: () => {},
        progress: (more) => {
          rows += more
        },
        metadata: (values) => {
          metadata = { ...metadata, ...values }
        },
        dataVersion: () => {},
        staged,
        handOff: () => {},
        lastMadeFrom: undefined,
        last: undefined,
        concluded: Effect.void
      }),
      (value) => ({ value, rows, metadata })
    )
  })

/** Runs a step, and returns only its value. */
export const step = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, StepContext>> =>
  Effect.map(recorded(work), ({ value }) => value)
