import type * as Asset from "../asset/Asset.ts"

/** An asset that was copied under another name, or with other services. */
export interface CopyOf<out T> {
  readonly "~original": T
}

/** What an asset was copied from in the first place: itself, if it is no copy. */
export type Original<T> = T extends CopyOf<infer O> ? O : T

/** What an asset was copied from in the first place: itself, if it is no copy. */
export const originalOf = (asset: Asset.Any): Asset.Any => (isCopy(asset) ? asset["~original"] : asset)

/**
 * Copies of assets, whose upstreams are copies too where these are among the assets. An upstream that shares its original
 * with one of them is taken for that one. `copy` changes all but the upstreams.
 */
export const make = (assets: ReadonlyArray<Asset.Any>, copy: (asset: Asset.Any) => Asset.Any): ReadonlyArray<Asset.Any> => {
  const copies = new Map<Asset.Any, Asset.Any>()
  const upstreamsOf = new Map<Asset.Any, Record<string, Asset.Any>>()
  for (const asset of assets) {
    const upstreams: Record<string, Asset.Any> = {}
    const original = originalOf(asset)
    const made = { ...copy(asset), upstreams, "~original": original }
    copies.set(asset, made)
    if (!copies.has(original)) copies.set(original, made)
    upstreamsOf.set(asset, upstreams)
  }
  // Afterwards, since a cycle has no first asset.
  for (const [asset, upstreams] of upstreamsOf) {
    for (const [name, upstream] of Object.entries(asset.upstreams)) {
      upstreams[name] = copies.get(upstream) ?? copies.get(originalOf(upstream)) ?? upstream
    }
  }
  return assets.flatMap((asset) => copies.get(asset) ?? [])
}

const isCopy = (asset: Asset.Any): asset is Asset.Any & CopyOf<Asset.Any> => "~original" in asset
