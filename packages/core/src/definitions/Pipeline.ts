import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Command } from "../command/Command.ts"
import * as AssetGraph from "../graph/AssetGraph.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Privacy } from "../privacy/Privacy.ts"
import type * as Grants from "../relation/Grants.ts"
import type * as Settings from "../settings/Settings.ts"
import * as CutAssets from "./CutAssets.ts"
import { DefinitionsInvalid } from "./DefinitionsInvalid.ts"
import type { GivenToCommands } from "./Given.ts"
import type { Origin } from "./Origin.ts"
import * as PipelineName from "./PipelineName.ts"
import * as Relations from "./Relations.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Definitions")
export type TypeId = typeof TypeId

/**
 * One pipeline as one value: its name, its assets, its settings, and the layers that its assets need. Its tables and views
 * follow from the assets. It runs nothing, and knows no command line and no database.
 */
export interface Definitions<out A extends Asset.Any> {
  readonly [TypeId]: TypeId
  /** The pipeline's name. The store keeps history, grants, locks and remembered pages under it. */
  readonly name: string
  /** The purpose of the pipeline, in one sentence without a full stop. */
  readonly description: string | undefined
  /** The assets as listed, not validated. */
  readonly assets: ReadonlyArray<A>
  readonly roles: Relations.Roles
  /** The validated pipeline, or every problem at once. */
  readonly sealed: Either.Either<Sealed<A>, DefinitionsInvalid>
  readonly settings: Settings.Settings
  /** Reads the settings. */
  readonly configure: Effect.Effect<Configured, Settings.SettingsInvalid>
  /** Sources whose quarantined rows are identified by a person's id. */
  readonly personSources: ReadonlyArray<string>
  /** The commands of this pipeline, besides the program's own. */
  readonly commands: ReadonlyArray<Command<unknown, GivenToCommands>>
}

export type Any = Definitions<Asset.Any>

/** A pipeline's assets as a graph, and the relations that they publish. */
export interface Sealed<out A extends Asset.Any> {
  readonly graph: AssetGraph.AssetGraph<A>
  readonly warehouse: Grants.WarehouseSpec
}

/** Stands for every service that the assets of a pipeline need. */
export interface Needs {
  readonly "~needs": true
}

/** An asset of any pipeline. */
export type SomeAsset = Asset.Asset<string, unknown, Failure, Needs, Asset.Upstreams>

/** A pipeline with its settings. */
export interface Configured {
  readonly name: string
  /** Provides every service that the assets need, together with the program's services. */
  readonly resources: Layer.Layer<Needs, Failure, FileSystem.FileSystem>
  /** The origin of the source rows. Undefined if the pipeline declares none. */
  readonly origin: Origin | undefined
  /** Returns the settings that an asset's rows depend on, as one text. Undefined if there are none. */
  readonly settingsOf: (asset: string) => string | undefined
  /** The content of the privacy report, besides what the tables declare. */
  readonly privacy: Privacy
}

/** Returns the graph. Its assets need the services of `resources` and of the program. */
export const graphOf = (sealed: Sealed<Asset.Any>): AssetGraph.AssetGraph<SomeAsset> => unsafeCast(sealed.graph)

/**
 * Validates a pipeline when its result is first read. While a module is loaded, the places of its assets are still those of the
 * bundle that it is in.
 */
export const sealing = <A extends Asset.Any>(parts: Parts<A>): (() => Either.Either<Sealed<A>, DefinitionsInvalid>) => {
  let sealed: Either.Either<Sealed<A>, DefinitionsInvalid> | undefined
  return () => {
    sealed ??= seal(parts)
    return sealed
  }
}

/** What is validated together. `others` are problems that are known already. */
type Parts<A extends Asset.Any> = Pick<Definitions<A>, "assets" | "commands" | "name" | "roles" | "settings"> & {
  readonly others?: ReadonlyArray<string>
}

const seal = <A extends Asset.Any>({
  assets,
  commands,
  name,
  others = [],
  roles,
  settings
}: Parts<A>): Either.Either<Sealed<A>, DefinitionsInvalid> => {
  const graph = AssetGraph.fromAssets(assets)
  const problems = [
    ...others,
    ...(PipelineName.isValid(name)
      ? []
      : [`"${name}" is not the name of a pipeline. Use lower-case letters, digits, _ and -, beginning with a letter.`]),
    ...Either.match(graph, { onLeft: (invalid) => invalid.problems, onRight: () => [] }),
    ...Relations.problems(assets, roles),
    ...CutAssets.problems(assets, Date.now()),
    ...sharedKeys(settings),
    ...sharedCommands(commands)
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

const sharedCommands = (commands: Any["commands"]): ReadonlyArray<string> => {
  const names = commands.map(({ table }) => table.name)
  const shared = new Set(names.filter((name, i) => names.indexOf(name) !== i))
  return [...shared].map((name) => `Two commands are called "${name}". Give each a name of its own.`)
}
