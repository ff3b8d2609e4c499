import { availableParallelism } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Proxies from "@sluice/cli/wiring/Proxies"
import * as ThisProcess from "@sluice/cli/wiring/ThisProcess"
import { BadRowPolicy } from "@sluice/core/source/BadRows"
import { CompletenessPolicy } from "@sluice/rest-source/ingest/Completeness"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Generalisation } from "./privacy/Generalisation.ts"
import { SparkApi } from "./SparkApi.ts"
import { generalisationOf, type SparkSettings } from "./SparkSettings.ts"
import * as SampleServer from "./sample/SampleServer.ts"

/** What the assets of this pipeline need: the API, and the policies by which it is read. */
export const layer = (settings: SparkSettings) =>
  Layer.mergeAll(
    api(settings),
    Layer.succeed(BadRowPolicy, { maxShare: settings.maxBadShare }),
    Layer.succeed(CompletenessPolicy, { rereads: settings.rereads, overlapping: settings.overlappingPages }),
    Layer.succeed(Generalisation, generalisationOf(settings))
  )

/**
 * The API that the settings name, or the sample API, served by this process for as long as the layer lives.
 * The client's code is loaded here and nowhere else.
 */
const api = (settings: SparkSettings) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = settings.apiUrl ?? new URL((yield* SampleServer.start({ size: undefined, port: 0 })).url)
      const proxies = settings.apiUrl === undefined ? Proxies.none : yield* Proxies.forApi(settings.apiUrl)
      const SourceClient = yield* Effect.promise(() => import("@sluice/cli/wiring/SourceClient"))
      return SparkApi.layer({
        url,
        token: settings.apiToken,
        pageSize: settings.pageSize,
        fetchAhead: settings.fetchAhead,
        maxBytes: settings.maxAnswerBytes
      }).pipe(Layer.provide(SourceClient.layer(proxies)), Layer.provide(yield* threads(settings, proxies)))
    })
  )

/**
 * Where answers are fetched and read: in threads, if there are processors to spare and `scripts/assets.cjs` has built what
 * threads run.
 */
const threads = Effect.fnUntraced(function* ({ readingThreads }: SparkSettings, proxies: Proxies.Proxies) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* Effect.option(Effect.flatMap(Config.string("SLUICE_THREAD_CODE"), (path) => fs.realPath(path)))
  const threads = readingThreads ?? Math.min(2, availableParallelism() - 1)
  if (threads === 0 || Option.isNone(file)) return Layer.empty
  const ReadingThreads = yield* Effect.promise(() => import("@sluice/rest-source/threads/ReadingThreads"))
  const bytesInPlace = readingThreads === undefined ? 256 * 1024 : 0
  return ReadingThreads.layer({
    file: file.value,
    env: yield* ThisProcess.forThreads,
    workerData: Proxies.encode(proxies),
    threads,
    bytesInPlace
  })
})
