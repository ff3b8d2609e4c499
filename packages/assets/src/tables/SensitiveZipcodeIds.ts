import * as Mask from "@sluice/core/relation/Mask"

/** Mask ids of zip codes, one per distinct value by its exact bytes. Analysts cannot read it. */
export const SensitiveZipcodeIds = Mask.make("sensitive_zipcode_ids", {
  kind: "zipcode",
  column: "zipcode",
  description: "The zip codes behind the mask ids, which are random"
})
