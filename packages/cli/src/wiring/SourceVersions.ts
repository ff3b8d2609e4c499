import * as FileSystem from "@effect/platform/FileSystem"
import { usersRaw } from "@sluice/assets/assets/usersRaw"
import * as Generalisation from "@sluice/assets/privacy/Generalisation"
import type * as Asset from "@sluice/core/asset/Asset"
import { type CodeVersionOf, CodeVersions, withSettings } from "@sluice/core/asset/CodeVersions"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Settings } from "./Settings.ts"

/**
 * Code versions by the hashes that `scripts/assets.cjs` has written over each asset's sources, in the file that
 * SLUICE_CODE_VERSIONS names. Without that file, or for an asset that is not in it, what core can tell by itself. An asset
 * whose rows depend on settings is of another version under others.
 */
export const layer = ({
  generalisation
}: Pick<Settings, "generalisation">): Layer.Layer<CodeVersions, never, FileSystem.FileSystem> =>
  Layer.effect(
    CodeVersions,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const versions = yield* Config.string("SLUICE_CODE_VERSIONS").pipe(
        Effect.flatMap((path) => fs.readFileString(path)),
        Effect.flatMap(Schema.decode(Versions)),
        Effect.orElseSucceed((): typeof Versions.Type => ({}))
      )
      const versionOf = make(versions, yield* CodeVersions)
      return (asset: Asset.Any) =>
        asset.name === usersRaw.name ? withSettings(versionOf(asset), Generalisation.text(generalisation)) : versionOf(asset)
    })
  )

/**
 * The version of an asset: its module's, by the module's name (`usersRaw` for `users_raw`), and those of the ephemeral assets
 * above it. Nothing of these is stored, so their code is a part of whatever stores what they make.
 */
export const make = (versions: Readonly<Record<string, string>>, otherwise: CodeVersionOf): CodeVersionOf => {
  const known = new Map<string, string>()
  const versionOf = (asset: Asset.Any): string => {
    const found = known.get(asset.name)
    if (found !== undefined) return found
    const ephemeral = Object.values(asset.upstreams).filter(({ storage }) => storage._tag === "Ephemeral")
    const own = versions[moduleOf(asset.name)] ?? otherwise(asset)
    const version = [own, ...new Set(ephemeral.map(versionOf))].join(" ")
    known.set(asset.name, version)
    return version
  }
  return versionOf
}

const Versions = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }))

const moduleOf = (asset: string): string => asset.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
