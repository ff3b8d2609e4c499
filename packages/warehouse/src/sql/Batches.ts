import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { forkBounded } from "@sluice/core/internal/forkBounded"
import * as Effect from "effect/Effect"

/** Makes batches of rows that come some at a time. */
export interface Batcher<in Row, in out Batch, out E> {
  /** Takes the next rows, and answers the batches that are full now; fails at a row that may not be sent. */
  readonly add: (rows: ReadonlyArray<Row>) => Effect.Effect<ReadonlyArray<Batch>, E>
  /** What is left when there are no more rows: a batch, if anything. */
  readonly rest: () => ReadonlyArray<Batch>
  /** Says that a batch is needed no more. */
  readonly sent: (batch: Batch) => void
}

/** Makes batches of all rows, in order, and sends them, `most` at a time; the next one is made ready meanwhile. */
export const sendAll = <Row, Batch, E, E2>(
  rows: Dataset.Dataset<Row>,
  batcher: Batcher<Row, Batch, E>,
  most: number,
  send: (batch: Batch) => Effect.Effect<void, E2>
): Effect.Effect<void, E | E2 | SpillFailed> =>
  forkBounded(most, (start: (sending: Effect.Effect<void, E2>) => Effect.Effect<void>) => {
    const startAll = (batches: ReadonlyArray<Batch>) =>
      Effect.forEach(batches, (batch) => start(Effect.map(send(batch), () => batcher.sent(batch))), { discard: true })
    const chunks = Dataset.forEachChunk(rows, (chunk) => Effect.flatMap(batcher.add(chunk), startAll))
    return Effect.zipRight(
      chunks,
      Effect.suspend(() => startAll(batcher.rest()))
    )
  })
