import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Asset from "../asset/Asset.ts"
import * as Copies from "../internal/assetCopies.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type * as Setting from "../settings/Setting.ts"
import type * as Settings from "../settings/Settings.ts"
import { SettingsInvalid } from "../settings/Settings.ts"
import type { IsUnion, RelationName } from "./Distinct.ts"
import type { Origin } from "./Origin.ts"
import { type Any, type Configured, type Definitions, type Needs, sealing, TypeId } from "./Pipeline.ts"
import * as Relations from "./Relations.ts"

/** Every asset of several pipelines. */
type AssetOf<Ds extends ReadonlyArray<Any>> = Ds[number]["assets"][number]

/** The names that two different assets share. */
type NamedTwice<P> = {
  [Name in keyof P & string]: IsUnion<P[Name]> extends false ? never : `two assets are called ${Name}`
}[keyof P & string]

/** The relations that two different assets publish. */
type PublishedTwice<P> = {
  [Relation in keyof P & string]: IsUnion<P[Relation]> extends false ? never : `two assets publish ${Relation}`
}[keyof P & string]

type Refusal<Ds extends ReadonlyArray<Any>> =
  | NamedTwice<{ [A in AssetOf<Ds> as A["name"]]: Copies.Original<A> }>
  | PublishedTwice<{ [A in AssetOf<Ds> as RelationName<A>]: Copies.Original<A> }>

/** Refuses two assets of one name, and two assets that publish one relation. The error names them. */
export type Mergeable<Ds extends ReadonlyArray<Any>> = [Refusal<Ds>] extends [never] ? unknown : Refusal<Ds>

/**
 * Merges pipelines into one: one graph, one history, one owner of all tables. An asset may have an upstream in another
 * pipeline. List the same value in both; the merged pipeline has it once, under the name that the first pipeline gives it. The
 * assets of each pipeline get the services of its own `resources`.
 *
 * ```ts
 * export default Definitions.merge("company", [Definitions.prefixed("shop", shop), Definitions.prefixed("billing", billing)])
 * ```
 */
export const merge = <const Ds extends ReadonlyArray<Any>>(
  name: string,
  definitions: Ds & Mergeable<Ds>,
  options: { readonly description?: string } = {}
): Definitions<AssetOf<Ds>> => {
  const all: ReadonlyArray<Any> = definitions
  const parts = all.map((pipeline, at) => ({ pipeline, services: servicesOf(`${name}/${at}/${pipeline.name}`) }))
  const partOf = new Map<Asset.Any, (typeof parts)[number]>()
  for (const part of parts) {
    const known = new Set([...partOf.keys()].map(Copies.originalOf))
    for (const asset of part.pipeline.assets) if (!known.has(Copies.originalOf(asset))) partOf.set(asset, part)
  }
  const assets = unsafeCast<ReadonlyArray<AssetOf<Ds>>>(
    Copies.make([...partOf.keys()], (asset) => {
      const services = partOf.get(asset)?.services
      return services === undefined ? asset : services.giveTo(asset)
    })
  )
  const ownerOf = new Map([...partOf].map(([asset, part]) => [asset.name, part]))
  const { problems, settings } = settingsOf(all)
  const commands = all.flatMap((pipeline) => pipeline.commands)
  const roles = rolesOf(all)
  const personSources = all.flatMap((pipeline) => pipeline.personSources)
  const sealed = sealing({ name, assets, settings, roles, commands, others: [...problems, ...sharedSources(personSources)] })
  return {
    [TypeId]: TypeId,
    name,
    description: options.description,
    assets,
    roles,
    settings,
    commands,
    personSources: [...new Set(personSources)],
    get sealed() {
      return sealed()
    },
    configure: Effect.gen(function* () {
      const each = yield* Effect.forEach(parts, (part) =>
        Effect.map(Effect.either(part.pipeline.configure), (result) => ({ part, result }))
      )
      const wrong = each.flatMap(({ result }) => (Either.isLeft(result) ? result.left.problems : []))
      if (wrong.length > 0) return yield* new SettingsInvalid({ problems: [...new Set(wrong)] })
      const configured = each.flatMap(({ part, result }) => (Either.isRight(result) ? [[part, result.right] as const] : []))
      const byPart = new Map(configured)
      const values = configured.map(([, value]) => value)
      return {
        name,
        resources: configured.reduce(
          (layers: Configured["resources"], [part, { resources }]) => Layer.merge(layers, part.services.layer(resources)),
          unsafeCast<Configured["resources"]>(Layer.empty)
        ),
        origin: originOf(values.flatMap(({ origin }) => origin ?? [])),
        settingsOf: (asset) => {
          const part = ownerOf.get(asset)
          return part === undefined ? undefined : byPart.get(part)?.settingsOf(asset)
        },
        privacy: privacyOf(values)
      }
    })
  }
}

/** Provides the services of a pipeline to its own assets only. Other pipelines may need services of the same names. */
const servicesOf = (key: string) => {
  const Services = Context.GenericTag<Context.Context<Needs>>(`@sluice/core/definitions/Merge/${key}`)
  const given = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    unsafeCast(Effect.flatMap(Services, (services) => Effect.provide(effect, services)))
  return {
    layer: (resources: Configured["resources"]): Configured["resources"] =>
      unsafeCast(Layer.map(resources, (services) => Context.make(Services, services))),
    giveTo: (asset: Asset.Any): Asset.Any => Asset.wrap(asset, { materialize: given, others: given })
  }
}

/** All settings by their keys. Two pipelines that declare one key must use one value. */
const settingsOf = (all: ReadonlyArray<Any>) => {
  const settings: Record<string, Setting.Any> = {}
  const problems = new Set<string>()
  for (const pipeline of all) {
    for (const setting of Object.values<Setting.Any>(pipeline.settings)) {
      const known = settings[setting.key]
      settings[setting.key] ??= setting
      if (known === undefined || known === setting) continue
      problems.add(
        `Two pipelines declare the setting ${setting.key}. Declare it once and use that value in both, or give one another key.`
      )
    }
  }
  return { settings: settings satisfies Settings.Settings, problems: [...problems] }
}

const sharedSources = (sources: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(sources.filter((source, i) => sources.indexOf(source) !== i))].map(
    (source) =>
      `Two pipelines have people in a source "${source}", and their rows would mix. Give one of them a prefix: Definitions.prefixed.`
  )

const rolesOf = (all: ReadonlyArray<Any>): Relations.Roles => {
  const granted = all.map(({ assets, roles }) => Relations.grantsOf(assets, roles))
  return all.every(({ roles }) => Relations.readsAllPublic(roles))
    ? {}
    : { analyst: { select: [...new Set(granted.flatMap(({ select }) => select))] } }
}

/** Merges origins into one, whose name joins their names. It is a sample if one of them is. */
const originOf = (origins: ReadonlyArray<Origin>): Origin | undefined => {
  const [first] = origins
  if (first === undefined) return undefined
  const words = (each: ReadonlyArray<string>) => [...new Set(each)].sort().join(" and ")
  return {
    name: words(origins.map(({ name }) => name)),
    description: words(origins.map(({ description }) => description)),
    sampleFor: origins.find(({ sampleFor }) => sampleFor !== undefined)?.sampleFor
  }
}

const privacyOf = (all: ReadonlyArray<Configured>): Configured["privacy"] => {
  const least = all.flatMap(({ privacy }) => privacy.rareBelow ?? [])
  return {
    record: all.flatMap(({ privacy }) => privacy.record),
    residualRisks: [...new Set(all.flatMap(({ privacy }) => privacy.residualRisks))],
    rareBelow: least.length === 0 ? undefined : Math.max(...least)
  }
}
