import * as MaskTable from "@sluice/warehouse/MaskTable"

/** Mask ids of zip codes, one per distinct value by its exact bytes. Analysts cannot read it. */
export const SensitiveZipcodeIds = MaskTable.make("sensitive_zipcode_ids", {
  kind: "zipcode",
  column: "zipcode",
  description: "The zip codes behind the mask ids, which are random"
})
