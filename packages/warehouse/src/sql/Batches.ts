import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { forkBounded } from "@sluice/core/forkBounded"
import * as Effect from "effect/Effect"

/** Groups rows that arrive in parts into batches. */
export interface Batcher<in Row, in out Batch, out E> {
  /** Takes the next rows and returns the batches that are full. Fails at a row that must not be sent. */
  readonly add: (rows: ReadonlyArray<Row>) => Effect.Effect<ReadonlyArray<Batch>, E>
  /** The last, partial batch, if any. Call it after all rows. */
  readonly rest: () => ReadonlyArray<Batch>
  /** Releases a batch that was sent. */
  readonly sent: (batch: Batch) => void
}

/** Groups all rows into batches, in order, and sends at most `most` batches at a time. The next batch is prepared meanwhile. */
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
