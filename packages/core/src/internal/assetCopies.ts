import type * as Asset from "../asset/Asset.ts"

/** A copy of an asset, with another name or other services. */
export interface CopyOf<out T> {
  readonly "~original": T
}

/** The type of the asset that a copy was first made from. An asset that is no copy is its own original. */
export type Original<T> = T extends CopyOf<infer O> ? O : T

/** Returns the asset that a copy was first made from. An asset that is no copy is its own original. */
export const originalOf = (asset: Asset.Any): Asset.Any => (isCopy(asset) ? asset["~original"] : asset)

/**
 * Copies assets. An upstream that shares its original with one of `assets` becomes the copy of that one. `copy` changes
 * everything but the upstreams.
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
  // A second pass, because a cycle has no first asset.
  for (const [asset, upstreams] of upstreamsOf) {
    for (const [name, upstream] of Object.entries(asset.upstreams)) {
      upstreams[name] = copies.get(upstream) ?? copies.get(originalOf(upstream)) ?? upstream
    }
  }
  return assets.flatMap((asset) => copies.get(asset) ?? [])
}

const isCopy = (asset: Asset.Any): asset is Asset.Any & CopyOf<Asset.Any> => "~original" in asset
