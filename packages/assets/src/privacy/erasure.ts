import * as Erasure from "@sluice/warehouse/Erasure"
import { MessagesRaw } from "../tables/MessagesRaw.ts"
import { SensitiveCityIds } from "../tables/SensitiveCityIds.ts"
import { SensitiveProfessionIds } from "../tables/SensitiveProfessionIds.ts"
import { SensitiveZipcodeIds } from "../tables/SensitiveZipcodeIds.ts"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"
import { UsersRaw } from "../tables/UsersRaw.ts"

/**
 * Where the store holds users: what is removed when one is erased. A message is about both of its people. Quarantined
 * messages are told apart by the message's id, which names nobody, so they stay until the source is read again.
 */
export const erasure: Erasure.ErasureSpec = {
  rows: [
    Erasure.rows(UsersRaw, "user_id"),
    Erasure.rows(SubscriptionsRaw, "user_id"),
    Erasure.rows(MessagesRaw, "sender_id", "receiver_id")
  ],
  masks: [
    Erasure.mask(SensitiveCityIds, UsersRaw, { person: "user_id", reference: "city_id" }),
    Erasure.mask(SensitiveZipcodeIds, UsersRaw, { person: "user_id", reference: "zipcode_id" }),
    Erasure.mask(SensitiveProfessionIds, UsersRaw, { person: "user_id", reference: "profession_id" })
  ],
  quarantine: ["users"]
}
