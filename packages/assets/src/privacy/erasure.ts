import type * as Erasure from "@sluice/warehouse/Erasure"
import { spec } from "../pipeline.ts"

/**
 * Where the store holds users: what is removed when one is erased. Quarantined messages are told apart by the message's id,
 * which names nobody, so they stay until the source is read again.
 */
export const erasure: Erasure.ErasureSpec = { tables: spec.tables, masks: spec.masks, quarantine: ["users"] }
