import * as ReadingWorker from "@sluice/rest-source/threads/ReadingWorker"
import * as Proxies from "./Proxies.ts"
import * as SourceClient from "./SourceClient.ts"

/** A list that a thread can read, of an endpoint that says `inThreads`. */
export const list = ReadingWorker.readable

/**
 * Makes a file the code of a pipeline's reading threads: `sluice.config.thread.ts` beside `sluice.config.ts`. It names every
 * list whose endpoint says `inThreads`.
 *
 * ```ts
 * ReadThread.run([ReadThread.list(RestSource.endpoint(orderRows))])
 * ```
 */
export const run = (lists: ReadonlyArray<ReadingWorker.Readable>): void =>
  ReadingWorker.run({ lists, client: (workerData) => SourceClient.layer(Proxies.decode(workerData)) })
