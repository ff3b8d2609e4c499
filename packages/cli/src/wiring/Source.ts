import { SparkApi } from "@sluice/assets/SparkApi"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as SampleServer from "./SampleServer.ts"
import type { Settings } from "./Settings.ts"

/**
 * The API that the settings name, or the sample API, served by this process for as long as the layer lives.
 *
 * Requests go through Node's own `http`, which follows no redirect and unpacks no body by itself: what the pipeline wants
 * of either, its client says.
 */
export const layer = (settings: Settings) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = settings.apiUrl ?? new URL((yield* SampleServer.start({ size: undefined, port: 0 })).url)
      const NodeHttpClient = yield* Effect.promise(() => import("@effect/platform-node/NodeHttpClient"))
      return SparkApi.layer({ url, token: settings.apiToken, pageSize: settings.pageSize }).pipe(
        Layer.provide(NodeHttpClient.layer)
      )
    })
  )

/** For runs that materialize nothing, and so never ask. */
export const none: Layer.Layer<SparkApi> = Layer.succeed(SparkApi, {
  users: Stream.dieMessage("the API was asked by a run that materializes nothing"),
  messages: Stream.dieMessage("the API was asked by a run that materializes nothing")
})
