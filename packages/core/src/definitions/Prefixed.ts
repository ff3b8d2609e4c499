import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import * as Copies from "../internal/assetCopies.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import { type Definitions, sealing } from "./Pipeline.ts"

/** An asset whose name has a prefix. */
export type WithPrefix<Prefix extends string, T> =
  T extends Asset.Asset<infer Name, infer A, infer E extends Failure, infer R, infer Up extends Asset.Upstreams, infer Rel>
    ? Asset.Asset<`${Prefix}/${Name}`, A, E, R, Up, Rel> & Copies.CopyOf<Copies.Original<T>>
    : never

/**
 * Adds a prefix to the names of a pipeline's assets: `orders` becomes `shop/orders`. The names of their sources get the prefix
 * too. Tables, views and masks keep their names, so no table moves. Settings keep their keys.
 *
 * ```ts
 * export default Definitions.merge("company", [Definitions.prefixed("shop", shop), billing])
 * ```
 */
export const prefixed = <const Prefix extends string, A extends Asset.Any>(
  prefix: Prefix,
  definitions: Definitions<A>
): Definitions<WithPrefix<Prefix, A>> => {
  const named = (name: string) => `${prefix}/${name}`
  const renamed = Copies.make(definitions.assets, (asset) => ({ ...asset, name: named(asset.name) }))
  const assets = unsafeCast<ReadonlyArray<WithPrefix<Prefix, A>>>(renamed)
  const own = new Map(definitions.assets.map(({ name }) => [named(name), name]))
  const sealed = sealing({ ...definitions, assets })
  return {
    ...definitions,
    assets,
    personSources: definitions.personSources.map(named),
    get sealed() {
      return sealed()
    },
    configure: Effect.map(definitions.configure, (configured) => ({
      ...configured,
      settingsOf: (asset) => {
        const name = own.get(asset)
        return name === undefined ? undefined : configured.settingsOf(name)
      }
    }))
  }
}
