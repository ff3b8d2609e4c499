import * as MaskTable from "@sluice/warehouse/MaskTable"

/** Mask ids of cities, one per distinct value by its exact bytes. Analysts cannot read it. */
export const SensitiveCityIds = MaskTable.make("sensitive_city_ids", {
  kind: "city",
  column: "city",
  description: "The cities behind the mask ids, which are random"
})
