/**
 * Keys of dynamic partitions are never personal. Each `@ts-expect-error` is an assertion: were the line below it to compile, the
 * directive itself would be an error, and `pnpm check` fails.
 */
import * as Asset from "@sluice/core/asset/Asset"
import type { MaskId } from "@sluice/core/data/MaskId"
import type { Pii } from "@sluice/core/data/Pii"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Effect from "effect/Effect"

declare const keys: DynamicKeys["Type"]
declare const city: Pii<"city">
declare const cityId: MaskId<"city">

const cities = Partitions.dynamic("cities")
keys.add(cities, ["Bern"])
keys.add(cities, [42])
keys.add(cities, [cityId])
keys.remove(cities, [cityId])

// @ts-expect-error a personal value is no key: mask it
keys.add(cities, [city])
// @ts-expect-error a personal value is no key: mask it
keys.remove(cities, [city])
// @ts-expect-error the keys of days are arithmetic: nobody adds one
keys.add(Partitions.daily("days", { start: "2024-01-01" }), ["2024-01-02"])
// @ts-expect-error the keys of a fixed set are in its declaration
keys.add(Partitions.fixed("regions", ["eu"]), ["us"])

// The program provides the keys to every asset: a pipeline needs no resources for them.
const newCities = Asset.make("new_cities", {
  materialize: () => Effect.flatMap(DynamicKeys, (service) => service.add(cities, ["Rome"]))
})
export const pipeline = Definitions.make({ name: "keys", assets: [newCities] })
