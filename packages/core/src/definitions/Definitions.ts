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
import { type Configured, type Definitions, seal, TypeId } from "./Pipeline.ts"
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

/** The services that assets need, and neither the resources nor the program give. */
export type Lacking<Assets extends ReadonlyArray<Asset.Any>, Out> = Exclude<Asset.Context<Assets[number]>, Out | Given>

/** Refuses, naming it, a service that assets need and nothing gives. */
export type Covering<Assets extends ReadonlyArray<Asset.Any>, Out> = [Lacking<Assets, Out>] extends [never]
  ? unknown
  : { readonly "the assets need a service that resources does not give": Lacking<Assets, Out> }

/** Definitions whose resources give services. */
export interface ResourcesGiving<out Services> {
  readonly resources: unknown
  /** Never set: the compiler names the services. */
  readonly "~services"?: Services
}

/** Refuses, naming it, a service that assets need if `resources` is left out. */
export type Resourced<Assets extends ReadonlyArray<Asset.Any>> = [Lacking<Assets, never>] extends [never]
  ? unknown
  : ResourcesGiving<Lacking<Assets, never>>

/** What a pipeline says of itself. */
export interface Options<Assets extends ReadonlyArray<Asset.Any>, S extends Settings.Settings, Out> {
  /** Lower-case letters, digits, `_` and `-`. */
  readonly name: string
  /** What it is for, in one sentence without a full stop. Help begins with it. */
  readonly description?: string
  readonly assets: Assets & AssetGraph.Closed<Assets> & Distinct<Assets>
  readonly settings?: S
  /** Must give what the assets need, beside what the program gives. Leave it out if they need nothing else. */
  readonly resources?: ((settings: Settings.Values<S>) => Layer.Layer<Out, Failure, FileSystem.FileSystem>) &
    Covering<Assets, Out>
  readonly roles?: Relations.Roles
  /** Where the sources are. A run that would put a sample in the place of real rows is refused. */
  readonly origin?: (settings: Settings.Values<S>) => Effect.Effect<Origin, Settings.SettingsInvalid>
  /** By asset, the settings that its rows depend on, in one text. Other settings make it out of date, as other code does. */
  readonly rowsDependOn?: (settings: Settings.Values<S>) => {
    readonly [Name in Assets[number]["name"]]?: string | undefined
  }
  /** What the privacy report tells under these settings, beside what the tables and columns say. */
  readonly privacy?: (settings: Settings.Values<S>) => Partial<Privacy>
  /** The sources whose quarantined rows are told apart by a person's id: erasing the person removes them. */
  readonly personSources?: ReadonlyArray<string>
  /** What only this pipeline has, beside the program's own commands. */
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
  return {
    [TypeId]: TypeId,
    name,
    description,
    assets,
    roles,
    settings,
    personSources,
    commands,
    sealed: seal({ name, assets, settings, roles, commands }),
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
