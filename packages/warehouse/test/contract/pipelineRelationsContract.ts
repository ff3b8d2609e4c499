import { expect, it } from "@effect/vitest"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as View from "@sluice/core/relation/View"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import { Cities, eraseAda, everything, fill, Jobs, Letters, masked, People, person, publishPeople } from "./people.ts"
import type { Fresh } from "./pipelineStores.ts"
import { inStep, readAll } from "./support.ts"

const Names = View.make("contract_names", {
  description: "Who there is.",
  columns: { id: Column.text(64) },
  on: [People],
  select: () => "SELECT id AS id FROM contract_people"
})

/** Two specifications without common relations. */
const spark: Grants.WarehouseSpec = {
  tables: [People],
  masks: [Cities],
  views: [Names],
  analyst: Grants.select(People, Names)
}
const shop: Grants.WarehouseSpec = { tables: [Letters], masks: [Jobs], views: [], analyst: Grants.select(Letters) }

const refusal = (operation: string, relation: string) =>
  `Could not ${operation}: ${relation} belongs to the pipeline "spark". A relation has one owner. Give the relation of "shop" another name; or, if the owner is now a part of it, run \`sluice provision --adopt-from OWNER\`.`

/** The error of a refused attempt. */
const refusalOf = <A, E extends { readonly message: string }, R>(attempt: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(attempt), ({ message }) => message)

/** Two pipelines own relations in one store like this. */
export const pipelineRelationsContract = <E>(fresh: Fresh<E>) => {
  it.scopedLive("have one owner for each relation: whoever else publishes or masks into it is refused, by name", () =>
    Effect.gen(function* () {
      const { stores } = yield* fresh
      const view = Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(Names))
      yield* Effect.provide(
        Effect.all([publishPeople("1", ["ada_lovelace"]), masked("1", Cities, ["Oslo"]), view]),
        stores("spark")
      )
      const attempts = Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const changes = Changes.make(Dataset.of(person("bob")), Dataset.of("ada_lovelace"))
        return [
          yield* refusalOf(publishPeople("2", ["bob"])),
          yield* refusalOf(masked("2", Cities, ["Bern"])),
          yield* refusalOf(view),
          yield* refusalOf(inStep(warehouse.amend(People, changes, "id")))
        ]
      })
      expect(yield* Effect.provide(attempts, stores("shop"))).toEqual([
        refusal("publish contract_people", "contract_people"),
        refusal("create contract_cities", "contract_cities"),
        refusal("publish the view contract_names", "contract_names"),
        refusal("publish contract_people", "contract_people")
      ])
      const left = Effect.gen(function* () {
        const { query } = yield* WarehouseReader
        const cities = yield* query("SELECT city FROM contract_cities", "pipeline")
        return [yield* readAll(People), cities.rows]
      })
      expect(yield* Effect.provide(left, stores("spark"))).toEqual([[person("ada_lovelace")], [["Oslo"]]])
    })
  )

  it.scopedLive("erase from their own relations alone, whatever is declared, and list no others in a receipt", () =>
    Effect.gen(function* () {
      const { stores } = yield* fresh
      yield* Effect.provide(fill("1"), stores("spark"))
      const receipt = yield* Effect.provide(eraseAda, stores("shop"))
      expect(receipt).toEqual({ rows: {}, masks: {}, quarantined: 0, suppressedSince: undefined })
      const { cities, people, quarantine } = yield* Effect.provide(everything, stores("spark"))
      expect([cities.length, people.length, quarantine.length]).toEqual([2, 2, 3])
    })
  )

  it.scopedLive("claim a relation at once, and one of them gets it", () =>
    Effect.gen(function* () {
      const { stores } = yield* fresh
      const all = yield* Effect.all(
        ["spark", "shop", "third"].map((pipeline) =>
          Effect.provide(Effect.either(masked("1", Cities, [pipeline])), stores(pipeline))
        ),
        { concurrency: "unbounded" }
      )
      expect(all.map(({ _tag }) => _tag).sort()).toEqual(["Left", "Left", "Right"])
    })
  )

  it.scopedLive("are provisioned side by side: neither touches, revokes or calls drift what the other declares", () =>
    Effect.gen(function* () {
      const { provision, stores } = yield* fresh
      const publish = (pipeline: string) =>
        Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            if (pipeline === "spark") {
              yield* publishPeople("1", ["ada_lovelace"])
              yield* warehouse.publishView(Names)
            } else yield* inStep(warehouse.publish(Letters, Dataset.of({ id: "1", sender: "a", receiver: "b" })))
          }),
          stores(pipeline)
        )
      const differences = (pipeline: string, spec: Grants.WarehouseSpec) =>
        Effect.provide(
          Effect.gen(function* () {
            const { drift, proof } = yield* WarehouseAudit
            return [...(yield* drift(spec)), ...(yield* proof(spec)).open]
          }),
          stores(pipeline)
        )
      yield* provision("spark", spark)
      yield* publish("spark")
      yield* provision("shop", shop)
      yield* publish("shop")
      expect([yield* provision("spark", spark), yield* provision("shop", shop)]).toEqual([[], []])
      expect(yield* differences("spark", spark)).toEqual([])
      expect(yield* differences("shop", shop)).toEqual([])
      // Shop declares a table of Spark's. It is refused, and Spark is not affected.
      const greedy = { ...shop, tables: [Letters, People] }
      expect((yield* Effect.flip(provision("shop", greedy))).message).toContain(
        'contract_people belongs to the pipeline "spark".'
      )
      expect(yield* differences("shop", greedy)).toEqual([
        {
          subject: "contract_people",
          aspect: "owner",
          found: 'the pipeline "spark"',
          declared: 'the pipeline "shop"',
          remedy:
            'give the relation of "shop" another name; or, if it is now a part of "shop", run `sluice provision --adopt-from spark`',
          origin: "outside"
        }
      ])
      expect(yield* differences("spark", spark)).toEqual([])
      expect(yield* provision("spark", spark)).toEqual([])
    })
  )
}
