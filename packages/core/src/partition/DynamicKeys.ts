import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { StoreFailed } from "../source/StoreFailed.ts"
import * as PartitionKey from "./PartitionKey.ts"
import type { Dynamic } from "./Partitions.ts"
import { PartitionsInvalid } from "./PartitionsInvalid.ts"

/** A key that code adds: text or a number. A mask id is a number; a `Pii` does not compile. */
export type NewKey = string | number

/**
 * The keys of dynamic sets, which code adds and removes, and the store keeps for each pipeline. They stand in the history, in
 * messages and in paths, so they are never personal.
 *
 * ```ts
 * import * as Partitions from "@sluice/core/partition/Partitions"
 *
 * const customers = Partitions.dynamic("customers")
 * const added = Effect.flatMap(DynamicKeys, (keys) => keys.add(customers, ["acme", "globex"]))
 * ```
 */
export class DynamicKeys extends Context.Tag("@sluice/core/partition/DynamicKeys")<
  DynamicKeys,
  {
    /**
     * Adds keys in this order after those that are there. A key that is there keeps its place. Adds all keys or none.
     *
     * In a step, it fails with the reason `Outdated` if somebody was erased since the run began to read: a key may be a mask id
     * of a removed value. Outside of a run, the store cannot know when a key was read, and adds it. A program that adds mask ids must
     * read them and add them while no erasure runs.
     */
    readonly add: <Name extends string>(
      set: Dynamic<Name>,
      keys: ReadonlyArray<NewKey>
    ) => Effect.Effect<void, PartitionsInvalid | StoreFailed>
    /** Removes keys. A key that is not there is no error. The data of their partitions stays. */
    readonly remove: <Name extends string>(
      set: Dynamic<Name>,
      keys: ReadonlyArray<NewKey>
    ) => Effect.Effect<void, StoreFailed>
    /** The keys of the set of a name, in the order in which they were added; empty if it has none. */
    readonly keys: (setName: string) => Effect.Effect<ReadonlyArray<string>, StoreFailed>
    /** The keys of every set that has some, by the set's name. */
    readonly all: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>, StoreFailed>
  }
>() {
  declare readonly "~given": true

  /** Keeps keys in memory, for tests and programs without a store. */
  static readonly layerMemory: Layer.Layer<DynamicKeys> = Layer.sync(DynamicKeys, () => {
    const sets = new Map<string, Set<string>>()
    return DynamicKeys.of({
      add: (set, keys) =>
        Effect.map(escaped(set, keys), (texts) => {
          if (texts.length > 0) sets.set(set.name, new Set([...(sets.get(set.name) ?? []), ...texts]))
        }),
      remove: ({ name }, keys) =>
        Effect.sync(() => {
          const kept = sets.get(name)
          for (const text of escapedForRemoval(keys)) kept?.delete(text)
          if (kept?.size === 0) sets.delete(name)
        }),
      keys: (setName) => Effect.suspend(() => unescaped(setName, [...(sets.get(setName) ?? [])])),
      all: Effect.suspend(() =>
        Effect.map(
          Effect.forEach([...sets], ([name, kept]) =>
            Effect.map(unescaped(name, [...kept]), (keys) => [name, keys] as const)
          ),
          (entries) => new Map(entries)
        )
      )
    })
  })
}

/** The texts that a store keeps for keys. Fails with every key that cannot be one, by its place in the list. */
export const escaped = (
  { name }: Dynamic<string>,
  keys: ReadonlyArray<NewKey>
): Effect.Effect<ReadonlyArray<string>, PartitionsInvalid> => {
  const problems = PartitionKey.problemsOf(keys)
  return problems.length === 0
    ? Effect.succeed(keys.map((key) => PartitionKey.escape(String(key))))
    : new PartitionsInvalid({ partitions: name, problems })
}

/** The texts of keys to remove. An earlier version may have kept some that `escaped` refuses. Leaves out what no version kept. */
export const escapedForRemoval = (keys: ReadonlyArray<NewKey>): ReadonlyArray<string> =>
  keys
    .map((key) => PartitionKey.escape(String(key)))
    .filter((text) => text.length <= longest && !/\p{Surrogate}/u.test(text))

/** The most characters that any version kept of a key. */
const longest = 255

/** The keys of texts that a store has kept. Fails if `escaped` has not written them. */
export const unescaped = (
  setName: string,
  texts: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, StoreFailed> => {
  const keys = texts.flatMap((text) => PartitionKey.unescape(text) ?? [])
  return keys.length === texts.length
    ? Effect.succeed(keys)
    : new StoreFailed({
        operation: `read the keys of ${setName}`,
        reason: "Drift",
        detail: `${texts.length - keys.length} of them are not in the form that this version writes. They were edited by hand: restore the store from a backup.`,
        retryable: false
      })
}
