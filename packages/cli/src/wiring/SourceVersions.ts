import * as FileSystem from "@effect/platform/FileSystem"
import type * as Asset from "@sluice/core/asset/Asset"
import { type CodeVersionOf, CodeVersions, withSettings } from "@sluice/core/asset/CodeVersions"
import type { Configured } from "@sluice/core/definitions/Definitions"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Pipeline } from "../Pipeline.ts"

/**
 * Provides the code versions of the pipeline's assets, from hashes of their modules. SLUICE_CODE_VERSIONS names a file with the
 * hashes of a bundle. The first run that needs them writes it; later runs read it. If an asset's rows depend on settings, its
 * version includes them.
 */
export const layer = (
  settingsOf: Configured["settingsOf"]
): Layer.Layer<CodeVersions, never, FileSystem.FileSystem | Pipeline> =>
  Layer.effect(
    CodeVersions,
    Effect.gen(function* () {
      const { sealed } = yield* Pipeline
      const versionOf = make(
        yield* hashesOf(Either.match(sealed, { onLeft: () => [], onRight: ({ graph }) => graph.assets }))
      )
      return (asset) => {
        const version = versionOf(asset)
        return version === undefined ? undefined : withSettings(version, settingsOf(asset.name))
      }
    })
  )

/**
 * Returns the version of an asset: the version set by hand, or the hash of its code. It includes the versions of the ephemeral
 * assets upstream. Their values are not stored, so their code belongs to each asset that stores what they produce.
 */
export const make = (hashes: Hashes): CodeVersionOf => {
  const known = new Map<string, string | undefined>()
  const versionOf = (asset: Asset.Any): string | undefined => {
    if (known.has(asset.name)) return known.get(asset.name)
    const ephemeral = Object.values(asset.upstreams).filter(({ storage }) => storage._tag === "Ephemeral")
    const versions = [asset.codeVersion ?? hashes[asset.name], ...new Set(ephemeral.map(versionOf))]
    const version = versions.includes(undefined) ? undefined : versions.join(" ")
    known.set(asset.name, version)
    return version
  }
  return versionOf
}

/** Reads the hashes from the bundle's file, or computes them. Returns none if the code cannot be read. */
const hashesOf = Effect.fn("SourceVersions.hashesOf")(function* (assets: ReadonlyArray<Asset.Any>) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* Effect.option(Config.string("SLUICE_CODE_VERSIONS"))
  const kept = Effect.flatMap(file, fs.readFileString).pipe(Effect.flatMap(Schema.decode(HashesText)))
  const computed = Effect.gen(function* () {
    const AssetHashes = yield* Effect.promise(() => import("../code/AssetHashes.ts"))
    const hashes: Hashes = yield* Effect.tryPromise(() => AssetHashes.make(assets))
    if (Option.isSome(file)) yield* Effect.ignore(write(fs, file.value, hashes))
    return hashes
  })
  return yield* kept.pipe(
    Effect.orElse(() => computed),
    Effect.orElseSucceed((): Hashes => ({}))
  )
})

/** Writes to a temporary name first, so that concurrent processes read the whole file or none. */
const write = Effect.fnUntraced(function* (fs: FileSystem.FileSystem, file: string, hashes: Hashes) {
  const unfinished = `${file}.${process.pid}`
  yield* fs.writeFileString(unfinished, yield* Schema.encode(HashesText)(hashes), { mode: 0o644 })
  yield* fs.rename(unfinished, file)
})

/** Hashes of the assets' code, by the asset's name. */
type Hashes = typeof HashesText.Type

const HashesText = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }))
