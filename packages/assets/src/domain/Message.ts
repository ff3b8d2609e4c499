import * as Schema from "effect/Schema"
import * as Classification from "../privacy/classification.ts"
import * as Decoder from "./Decoder.ts"
import * as Reader from "./Reader.ts"

/** That somebody wrote to somebody, and when; what they wrote was never read. */
export interface Message {
  readonly id: string
  readonly createdAt: string
  readonly senderId: string
  readonly receiverId: string
}

const { field } = Decoder

const fields = {
  id: field(Reader.id),
  createdAt: field(Reader.timestamp),
  senderId: field(Reader.id),
  receiverId: field(Reader.id)
} satisfies Record<Classification.ReadField<typeof Classification.messages>, Schema.Schema.Any>

/** Decodes messages. Every field must be there: a message without a sender or a receiver is not one. */
export const decoder: Decoder.Decoder<Message> = Decoder.make(
  Schema.Struct(fields),
  Classification.knownFields(Classification.messages),
  (message): Message => message
)
