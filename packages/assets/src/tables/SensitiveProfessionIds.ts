import * as Mask from "@sluice/core/relation/Mask"

/** Mask ids of professions, one per distinct value by its exact bytes. Analysts cannot read it. */
export const SensitiveProfessionIds = Mask.make("sensitive_profession_ids", {
  kind: "profession",
  column: "profession",
  description: "The professions behind the mask ids, which are random"
})
