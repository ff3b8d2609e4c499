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
import { DefinitionsInvalid } from "./DefinitionsInvalid.ts"
import type { GivenToCommands } from "./Given.ts"
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
  /** As they were listed; nothing is validated. */
  readonly assets: ReadonlyArray<A>
  readonly roles: Relations.Roles
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

/** A graph whose assets need what `resources` and the program give. */
export const graphOf = (sealed: Sealed<Asset.Any>): AssetGraph.AssetGraph<SomeAsset> => unsafeCast(sealed.graph)

/** Validates a pipeline. `others` are problems that were found before. */
export const seal = <A extends Asset.Any>({
  assets,
  commands,
  name,
  others = [],
  roles,
  settings
}: Pick<Definitions<A>, "assets" | "commands" | "name" | "roles" | "settings"> & {
  readonly others?: ReadonlyArray<string>
}): Either.Either<Sealed<A>, DefinitionsInvalid> => {
  const graph = AssetGraph.fromAssets(assets)
  const problems = [
    ...others,
    ...(PipelineName.isValid(name)
      ? []
      : [`"${name}" is not the name of a pipeline. Use lower-case letters, digits, _ and -, beginning with a letter.`]),
    ...Either.match(graph, { onLeft: (invalid) => invalid.problems, onRight: () => [] }),
    ...Relations.problems(assets, roles),
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
