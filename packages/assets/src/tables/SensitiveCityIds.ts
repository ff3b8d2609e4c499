import * as Mask from "@sluice/core/relation/Mask"

/** Mask ids of cities, one per distinct value by its exact bytes. Analysts cannot read it. */
export const SensitiveCityIds = Mask.make("sensitive_city_ids", {
  kind: "city",
  column: "city",
  description: "The cities behind the mask ids, which are random"
})
