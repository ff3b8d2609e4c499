import * as ApiReading from "@sluice/cli/wiring/ApiReading"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Generalisation } from "./privacy/Generalisation.ts"
import { SparkApi } from "./SparkApi.ts"
import { generalisationOf, type SparkSettings } from "./SparkSettings.ts"

/** The services of this pipeline's assets: the API, and the policies for reading it. */
export const layer = (settings: SparkSettings) =>
  Layer.merge(api(settings), Layer.succeed(Generalisation, generalisationOf(settings)))

/** The configured API, or the sample API, which this process serves as long as the layer lives. */
const api = (settings: SparkSettings) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = settings.apiUrl ?? new URL((yield* sampleApi).url)
      return SparkApi.layer({
        url,
        token: settings.apiToken,
        pageSize: settings.pageSize,
        fetchAhead: settings.fetchAhead,
        maxBytes: settings.maxAnswerBytes
      }).pipe(Layer.provideMerge(ApiReading.layer(url, settings)))
    })
  )

/** Serves the bundled data. The server's code is loaded only here, so that other commands do not wait for it. */
const sampleApi = Effect.flatMap(
  Effect.promise(() => import("./sample/SampleServer.ts")),
  (SampleServer) => SampleServer.start({ size: undefined, port: 0 })
)
