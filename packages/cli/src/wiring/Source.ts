import { SparkApi } from "@sluice/assets/SparkApi"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as SampleServer from "./SampleServer.ts"
import type { Settings } from "./Settings.ts"

/**
 * The API that the settings name, or the sample API, served by this process for as long as the layer lives.
 * The client's code is loaded here and nowhere else.
 */
export const layer = (settings: Settings) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = settings.apiUrl ?? new URL((yield* SampleServer.start({ size: undefined, port: 0 })).url)
      const SourceClient = yield* Effect.promise(() => import("./SourceClient.ts"))
      return SparkApi.layer({
        url,
        token: settings.apiToken,
        pageSize: settings.pageSize,
        fetchAhead: settings.fetchAhead,
        maxBytes: settings.maxAnswerBytes
      }).pipe(Layer.provide(SourceClient.layer))
    })
  )

/** For runs that materialize nothing, and so never ask. */
export const none: Layer.Layer<SparkApi> = Layer.suspend(() => {
  const asked = Stream.dieMessage("the API was asked by a run that materializes nothing")
  return Layer.succeed(SparkApi, {
    users: asked,
    messages: asked,
    since: { users: () => asked, messages: () => asked }
  })
})
