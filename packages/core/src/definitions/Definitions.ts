import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Command } from "../command/Command.ts"
import * as AssetGraph from "../graph/AssetGraph.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Privacy } from "../privacy/Privacy.ts"
import type * as Grants from "../relation/Grants.ts"
import * as Settings from "../settings/Settings.ts"
import { DefinitionsInvalid } from "./DefinitionsInvalid.ts"
import type { Given, GivenToCommands } from "./Given.ts"
import type { Origin } from "./Origin.ts"
import * as PipelineName from "./PipelineName.ts"
import * as Relations from "./Relations.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Definitions")
export type TypeId = typeof TypeId

/**
 * One pipeline as one value: its name, its assets, its settings, and the layers that give its assets what they need. What it
 * keeps in the warehouse follows from the assets. It runs nothing, and knows no command line and no database.
 */
export interface Definitions<out A extends Asset.Any> {
  readonly [TypeId]: TypeId
  /** History, grants, locks and remembered pages are kept under it. */
  readonly name: string
  /** What it is for, in one sentence without a full stop. */
  readonly description: string | undefined
  /** What is validated; every problem at once if something is wrong. */
  readonly sealed: Either.Either<Sealed<A>, DefinitionsInvalid>
  readonly settings: Settings.Settings
  /** Reads the settings. */
  readonly configure: Effect.Effect<Configured, Settings.SettingsInvalid>
  /** The sources whose quarantined rows are told apart by a person's id. */
  readonly personSources: ReadonlyArray<string>
  /** What only this pipeline has, beside the program's own commands. */
  readonly commands: ReadonlyArray<Command<unknown, GivenToCommands>>
}

export type Any = Definitions<Asset.Any>

/** A pipeline's assets as a graph, and all that they publish. */
export interface Sealed<out A extends Asset.Any> {
  readonly graph: AssetGraph.AssetGraph<A>
  readonly warehouse: Grants.WarehouseSpec
}

/** Stands for every service that the assets of some pipeline need. */
export interface Needs {
  readonly "~needs": true
}

/** An asset of some pipeline. */
export type SomeAsset = Asset.Asset<string, unknown, Failure, Needs, Asset.Upstreams>

/** What a pipeline's settings make of it. */
export interface Configured {
  /** The pipeline's name. */
  readonly name: string
  /** Together with what the program gives, all that the assets need. */
  readonly resources: Layer.Layer<Needs, Failure, FileSystem.FileSystem>
  /** Where it reads its sources; undefined if it does not say. */
  readonly origin: Origin | undefined
  /** The settings that an asset's rows depend on, in one text; undefined if there are none. */
  readonly settingsOf: (asset: string) => string | undefined
  /** What its privacy report tells beside what its tables say. */
  readonly privacy: Privacy
}

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

/** The names of the assets that publish each relation. */
type Publishers<Assets extends ReadonlyArray<Asset.Any>> = {
  [A in Assets[number] as RelationName<A>]: A["name"]
}

type RelationName<A> = [Asset.Relation<A>] extends [never]
  ? never
  : Asset.Relation<A> extends { readonly name: infer Name extends string }
    ? Name
    : never

type IsUnion<T, U = T> = T extends U ? ([U] extends [T] ? false : true) : never

type PublishedTwice<P> = {
  [Relation in keyof P & string]: IsUnion<P[Relation]> extends false
    ? never
    : `${P[Relation] & string} publishes ${Relation}, as another asset does`
}[keyof P & string]

/** Refuses, naming them, two assets that publish one relation. */
export type Distinct<Assets extends ReadonlyArray<Asset.Any>> = [PublishedTwice<Publishers<Assets>>] extends [never]
  ? unknown
  : PublishedTwice<Publishers<Assets>>

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
 *   settings: { apiUrl: Setting.make("SHOP_API_URL", Setting.httpUrl, { description: "Where orders come from." }) },
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
    settings,
    personSources,
    commands,
    sealed: seal(name, assets, settings, roles),
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

/** A graph whose assets need what `resources` and the program give. */
export const graphOf = (sealed: Sealed<Asset.Any>): AssetGraph.AssetGraph<SomeAsset> => unsafeCast(sealed.graph)

const seal = <A extends Asset.Any>(
  name: string,
  assets: ReadonlyArray<A>,
  settings: Settings.Settings,
  roles: Relations.Roles
): Either.Either<Sealed<A>, DefinitionsInvalid> => {
  const graph = AssetGraph.fromAssets(assets)
  const problems = [
    ...(PipelineName.isValid(name)
      ? []
      : [`"${name}" is not the name of a pipeline. Use lower-case letters, digits, _ and -, beginning with a letter.`]),
    ...Either.match(graph, { onLeft: (invalid) => invalid.problems, onRight: () => [] }),
    ...Relations.problems(assets, roles),
    ...sharedKeys(settings)
  ]
  return Either.isRight(graph) && problems.length === 0
    ? Either.right({ graph: graph.right, warehouse: Relations.specOf(graph.right, roles) })
    : Either.left(new DefinitionsInvalid({ pipeline: name, problems: problems.sort() }))
}

const sharedKeys = (settings: Settings.Settings): ReadonlyArray<string> => {
  const keys = Object.values(settings).map(({ key }) => key)
  const shared = new Set(keys.filter((key, i) => keys.indexOf(key) !== i))
  return [...shared].map((key) => `Two settings have the key ${key}. Give each a key of its own.`)
}
