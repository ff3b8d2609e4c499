import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Command } from "../command/Command.ts"
import type * as AssetGraph from "../graph/AssetGraph.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Privacy } from "../privacy/Privacy.ts"
import * as Settings from "../settings/Settings.ts"
import type { Distinct } from "./Distinct.ts"
import type { Given, GivenToCommands } from "./Given.ts"
import type { Origin } from "./Origin.ts"
import { type Configured, type Definitions, sealing, TypeId } from "./Pipeline.ts"
import type * as Relations from "./Relations.ts"

export type { Distinct } from "./Distinct.ts"
export { type Mergeable, merge } from "./Merge.ts"
export {
  type Any,
  type Configured,
  type Definitions,
  graphOf,
  type Needs,
  type Sealed,
  type SomeAsset,
  TypeId
} from "./Pipeline.ts"
export { prefixed } from "./Prefixed.ts"

/** The services that assets need and that neither the resources nor the program provide. */
export type Lacking<Assets extends ReadonlyArray<Asset.Any>, Out> = Exclude<Asset.Context<Assets[number]>, Out | Given>

/** Refuses a service that assets need and nothing provides. The error names it. */
export type Covering<Assets extends ReadonlyArray<Asset.Any>, Out> = [Lacking<Assets, Out>] extends [never]
  ? unknown
  : { readonly "the assets need a service that resources does not give": Lacking<Assets, Out> }

/** Definitions whose resources provide services. */
export interface ResourcesGiving<out Services> {
  readonly resources: unknown
  /** Never set. Makes the compiler name the services. */
  readonly "~services"?: Services
}

/** Refuses a service that assets need if `resources` is left out. The error names it. */
export type Resourced<Assets extends ReadonlyArray<Asset.Any>> = [Lacking<Assets, never>] extends [never]
  ? unknown
  : ResourcesGiving<Lacking<Assets, never>>

/** The options of a pipeline's definition. */
export interface Options<Assets extends ReadonlyArray<Asset.Any>, S extends Settings.Settings, Out> {
  /** Lower-case letters, digits, `_` and `-`. */
  readonly name: string
  /** The purpose of the pipeline, in one sentence without a full stop. Help begins with it. */
  readonly description?: string
  readonly assets: Assets & AssetGraph.Closed<Assets> & Distinct<Assets>
  readonly settings?: S
  /** Provides the services that the assets need, besides those of the program. Leave it out if they need no others. */
  readonly resources?: ((settings: Settings.Values<S>) => Layer.Layer<Out, Failure, FileSystem.FileSystem>) &
    Covering<Assets, Out>
  readonly roles?: Relations.Roles
  /** The origin of the source rows. A run that would replace real rows by a sample is refused. */
  readonly origin?: (settings: Settings.Values<S>) => Effect.Effect<Origin, Settings.SettingsInvalid>
  /** For each asset, the settings that its rows depend on, as one text. If they change, the asset is stale. */
  readonly rowsDependOn?: (settings: Settings.Values<S>) => {
    readonly [Name in Assets[number]["name"]]?: string | undefined
  }
  /** The content of the privacy report under these settings, besides what tables and columns declare. */
  readonly privacy?: (settings: Settings.Values<S>) => Partial<Privacy>
  /** Sources whose quarantined rows are identified by a person's id. Erasing the person removes these rows. */
  readonly personSources?: ReadonlyArray<string>
  /** The commands of this pipeline, besides the program's own. */
  readonly commands?: ReadonlyArray<Command<unknown, GivenToCommands>>
}

/**
 * Defines a pipeline.
 *
 * ```ts
 * export default Definitions.make({
 *   name: "shop",
 *   assets: [orders, customers, dailyRevenue],
 *   settings: {
 *     apiUrl: Setting.make("SHOP_API_URL", Setting.httpUrl, { description: "The API of orders.", default: "http://localhost" })
 *   },
 *   resources: ({ apiUrl }) => ShopApi.layer(apiUrl)
 * })
 * ```
 */
export const make = <
  const Assets extends ReadonlyArray<Asset.Any>,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no settings"; a Record would have every key.
  S extends Settings.Settings = {},
  Out = unknown
>(
  options: Options<Assets, S, Out> & Resourced<Assets>
): Definitions<Assets[number]> => {
  const {
    commands = [],
    description,
    name,
    origin,
    personSources = [],
    privacy,
    resources,
    roles = {},
    rowsDependOn
  } = options
  const assets: ReadonlyArray<Assets[number]> = options.assets
  const settings: Settings.Settings = options.settings ?? {}
  const sealed = sealing({ name, assets, settings, roles, commands })
  return {
    [TypeId]: TypeId,
    name,
    description,
    assets,
    roles,
    settings,
    personSources,
    commands,
    get sealed() {
      return sealed()
    },
    configure: Effect.gen(function* () {
      const values = unsafeCast<Settings.Values<S>>(yield* Settings.load(settings))
      const dependencies: Readonly<Record<string, string | undefined>> = rowsDependOn?.(values) ?? {}
      return {
        name,
        resources: unsafeCast<Configured["resources"]>(resources?.(values) ?? Layer.empty),
        origin: origin === undefined ? undefined : yield* origin(values),
        settingsOf: (asset) => dependencies[asset],
        privacy: { record: [], residualRisks: [], rareBelow: undefined, ...privacy?.(values) }
      }
    })
  }
}
