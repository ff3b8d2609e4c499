import { availableParallelism } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Settings from "@sluice/core/settings/Settings"
import { BadRowPolicy } from "@sluice/core/source/BadRows"
import { CompletenessPolicy } from "@sluice/rest-source/ingest/Completeness"
import * as ReadingSettings from "@sluice/rest-source/source/ReadingSettings"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Proxies from "./Proxies.ts"
import * as ThisProcess from "./ThisProcess.ts"

const keys = ReadingSettings.settings

/**
 * The values of `ReadingSettings.settings` that apply to a whole run. Each is optional; `rereads` and `overlappingPages` must
 * be given together.
 */
export type Options = Partial<
  Pick<Settings.Values<typeof ReadingSettings.settings>, "maxBadShare" | "overlappingPages" | "readingThreads" | "rereads">
>

/**
 * Gives assets what they need to read lists of an API: an HTTP client that keeps connections and uses the proxies of the
 * environment, reading threads if the pipeline has a `*.thread.ts` file, and the policies of the settings. Fails if a proxy that
 * `api` needs is not understood.
 *
 * ```ts
 * Definitions.make({ name: "shop", assets: [orders], settings, resources: ({ apiUrl }) => ApiReading.layer(apiUrl) })
 * ```
 */
export const layer = (api: URL, options: Options = {}) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const proxies = yield* Proxies.forApi(api)
      // Loaded only here, so that other commands do not wait for it.
      const SourceClient = yield* Effect.promise(() => import("./SourceClient.ts"))
      return Layer.mergeAll(
        SourceClient.layer(proxies),
        yield* threads(options, proxies),
        badRows(options),
        completeness(options)
      )
    })
  )

/** Starts reading threads, if there are spare processors and the code of threads was built. */
const threads = Effect.fnUntraced(function* ({ readingThreads }: Options, proxies: Proxies.Proxies) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* Effect.option(Effect.flatMap(Config.string("SLUICE_THREAD_CODE"), (path) => fs.realPath(path)))
  const threads = readingThreads ?? Math.min(2, availableParallelism() - 1)
  if (threads === 0 || Option.isNone(file)) return Layer.empty
  const ReadingThreads = yield* Effect.promise(() => import("@sluice/rest-source/threads/ReadingThreads"))
  return ReadingThreads.layer({
    file: file.value,
    env: yield* ThisProcess.forThreads,
    workerData: Proxies.encode(proxies),
    threads,
    bytesInPlace: readingThreads === undefined ? 256 * 1024 : 0
  })
})

const badRows = ({ maxBadShare }: Options) =>
  maxBadShare === undefined
    ? Layer.empty
    : Layer.succeed(BadRowPolicy, { maxShare: maxBadShare, setting: keys.maxBadShare.key })

const completeness = ({ overlappingPages, rereads }: Options) => {
  if (overlappingPages === undefined || rereads === undefined) return Layer.empty
  const settings = { rereads: keys.rereads.key, overlapping: keys.overlappingPages.key }
  return Layer.succeed(CompletenessPolicy, { rereads, overlapping: overlappingPages, settings })
}
