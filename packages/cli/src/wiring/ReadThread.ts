import * as ReadingWorker from "@sluice/rest-source/threads/ReadingWorker"
import * as Proxies from "./Proxies.ts"
import * as SourceClient from "./SourceClient.ts"

/** A list that a thread can read. Its endpoint must have the option `inThreads`. */
export const list = ReadingWorker.readable

/**
 * Runs a reading thread of a pipeline. Call it in `sluice.config.thread.ts` beside `sluice.config.ts`, with every list whose
 * endpoint has the option `inThreads`.
 *
 * ```ts
 * ReadThread.run([ReadThread.list(RestSource.endpoint(orderRows))])
 * ```
 */
export const run = (lists: ReadonlyArray<ReadingWorker.Readable>): void =>
  ReadingWorker.run({ lists, client: (workerData) => SourceClient.layer(Proxies.decode(workerData)) })
