import type { Endpoint } from "@sluice/rest-source/source/Endpoint"
import * as Message from "./domain/Message.ts"
import * as User from "./domain/User.ts"
import * as SpillCodecs from "./privacy/spillCodecs.ts"

/** The API's users. */
export const users: Endpoint<User.User> = {
  name: "users",
  inThreads: true,
  decoder: User.decoder,
  codec: SpillCodecs.users,
  id: (user) => user.id
}

/** The API's messages. */
export const messages: Endpoint<Message.Message> = {
  name: "messages",
  inThreads: true,
  decoder: Message.decoder,
  codec: SpillCodecs.messages,
  id: (message) => message.id
}
