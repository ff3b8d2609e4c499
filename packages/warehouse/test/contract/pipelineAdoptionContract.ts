import { expect, it } from "@effect/vitest"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { Erasure } from "@sluice/warehouse/Erasure"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Cities, eraseAda, everything, fill, Jobs, Letters, masked, People, publishPeople, spec } from "./people.ts"
import type { Fresh } from "./pipelineStores.ts"

/** The error of a refused attempt. */
const refusalOf = <A, E extends { readonly message: string }, R>(attempt: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(attempt), ({ message }) => message)

/** A pipeline takes over another one's relations like this. */
export const pipelineAdoptionContract = <E>(fresh: Fresh<E>) => {
  it.scopedLive(
    "are made one: the new one takes over what it declares, rows and all, and keeps out whom the old erased",
    () =>
      Effect.gen(function* () {
        const { adopt, stores } = yield* fresh
        yield* Effect.provide(Effect.zipRight(fill("1"), eraseAda), stores("spark"))
        const declared = [People, Letters, Cities, Jobs].map(({ name }) => name)
        expect(yield* adopt("company", "spark", [...declared, "contract_names"])).toEqual({
          relations: declared,
          suppressed: 1
        })
        const after = Effect.gen(function* () {
          const { has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin("later"))
          const { cities, people, quarantine } = yield* everything
          return [has?.("ada_lovelace"), people.map(({ id }) => id), cities.map(([city]) => city), quarantine]
        })
        const company = stores("company")
        expect(yield* Effect.provide(after, company)).toEqual([true, ["bob"], ["Bern"], []])
        // It publishes, masks and erases there, and the old pipeline no longer does.
        yield* Effect.provide(
          Effect.zipRight(masked("2", Cities, ["Bern", "Rome"]), publishPeople("2", ["bob", "eve"])),
          company
        )
        const bob = Redacted.make("bob")
        const receipt = yield* Effect.provide(
          Effect.flatMap(Erasure, ({ erase }) => erase(spec, bob)),
          company
        )
        expect([receipt.rows, receipt.quarantined]).toEqual([{ contract_people: 1, contract_letters: 1 }, 0])
        expect(yield* refusalOf(Effect.provide(publishPeople("3", ["bob"]), stores("spark")))).toContain(
          'contract_people belongs to the pipeline "company"'
        )
      })
  )

  it.scopedLive("are not made one if neither has what the other declares, or if both have erased people", () =>
    Effect.gen(function* () {
      const { adopt, stores } = yield* fresh
      yield* Effect.provide(Effect.zipRight(publishPeople("1", ["bob"]), eraseAda), stores("spark"))
      yield* Effect.provide(eraseAda, stores("company"))
      expect(yield* refusalOf(adopt("company", "spark", ["contract_letters"]))).toBe(
        'Could not take over what another pipeline keeps: "spark" owns no relation that "company" declares.'
      )
      expect(yield* refusalOf(adopt("company", "spark", [People.name]))).toContain(
        '"company" and "spark" have both erased people, under keys of their own.'
      )
      // Nothing was changed.
      yield* Effect.provide(publishPeople("2", ["eve"]), stores("spark"))
    })
  )
}
