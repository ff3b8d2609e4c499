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
    /** Adds keys in this order after those that are there. A key that is there keeps its place. Adds all keys or none. */
    readonly add: <Name extends string>(
      set: Dynamic<Name>,
      keys: ReadonlyArray<NewKey>
    ) => Effect.Effect<void, PartitionsInvalid | StoreFailed>
    /** Removes keys. A key that is not there is no error. The data of their partitions stays. */
    readonly remove: <Name extends string>(
      set: Dynamic<Name>,
      keys: ReadonlyArray<NewKey>
    ) => Effect.Effect<void, PartitionsInvalid | StoreFailed>
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
    const change = (set: Dynamic<string>, keys: ReadonlyArray<NewKey>, each: (kept: Set<string>, key: string) => void) =>
      Effect.map(escaped(set, keys), (texts) => {
        const kept = sets.get(set.name) ?? new Set()
        for (const text of texts) each(kept, text)
        if (kept.size > 0) sets.set(set.name, kept)
        else sets.delete(set.name)
      })
    return DynamicKeys.of({
      add: (set, keys) => change(set, keys, (kept, key) => kept.add(key)),
      remove: (set, keys) => change(set, keys, (kept, key) => kept.delete(key)),
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

/** The longest key: the number of its characters in the form in which it is stored, see `PartitionKey.escape`. */
export const longest = 255

/** The texts that a store keeps for keys. Fails with every key that cannot be one, by its place in the list. */
export const escaped = (
  { name }: Dynamic<string>,
  keys: ReadonlyArray<NewKey>
): Effect.Effect<ReadonlyArray<string>, PartitionsInvalid> => {
  const texts = keys.map((key) => PartitionKey.escape(String(key)))
  const problems = keys.flatMap((key, index) => problemOf(key, texts[index] ?? "").map((text) => `Key ${index + 1} ${text}`))
  return problems.length === 0 ? Effect.succeed(texts) : new PartitionsInvalid({ partitions: name, problems })
}

const problemOf = (key: NewKey, text: string): ReadonlyArray<string> => {
  if (text === "") return ["is empty. Give it a text."]
  if (typeof key === "number" && !Number.isSafeInteger(key)) return ["is not a whole number up to 2^53. Write it as text."]
  if (/\p{Surrogate}/u.test(text)) {
    return ["holds half of a surrogate pair. Repair the text, or use an id of your own as the key."]
  }
  return text.length > longest
    ? [`has ${text.length} characters as it is stored, and may have ${longest}. Use a shorter id as the key.`]
    : []
}

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
