import type { Decoder } from "../domain/Decoder.ts"
import * as Message from "../domain/Message.ts"
import * as User from "../domain/User.ts"
import type { Packing } from "../intake/PackedRows.ts"
import * as SpillCodecs from "../privacy/spillCodecs.ts"

/** A list of the API, and what is made of its rows. */
export interface Endpoint<A> extends Packing<A> {
  /** Where it is below the API's address, and what its rows are called. */
  readonly name: "users" | "messages"
  readonly decoder: Decoder<A>
}

export const users: Endpoint<User.User> = {
  name: "users",
  decoder: User.decoder,
  codec: SpillCodecs.users,
  id: (user) => user.id
}

export const messages: Endpoint<Message.Message> = {
  name: "messages",
  decoder: Message.decoder,
  codec: SpillCodecs.messages,
  id: (message) => message.id
}
