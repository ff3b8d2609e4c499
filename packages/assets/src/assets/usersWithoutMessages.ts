import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { UsersWithoutMessages } from "../tables/UsersWithoutMessages.ts"
import { messagesRaw } from "./messagesRaw.ts"
import { usersRaw } from "./usersRaw.ts"

/** Users who received no message. */
export const usersWithoutMessages = viewAsset(UsersWithoutMessages, {
  group: "analytics",
  upstreams: { users: usersRaw, messages: messagesRaw }
})
