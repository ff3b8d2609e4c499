import * as Classification from "../privacy/classification.ts"
import { type Decoder, isObject, Rejection, refused } from "./Decoder.ts"
import * as Reader from "./Reader.ts"

/** That somebody wrote to somebody, and when; what they wrote was never read. */
export interface Message {
  readonly id: string
  readonly createdAt: string
  readonly senderId: string
  readonly receiverId: string
}

type Fields = Classification.ReadField<typeof Classification.messages>

/** Decodes messages. Every field must be there: a message without a sender or a receiver is not one. */
export const decoder: Decoder<Message> = {
  known: Classification.knownFields(Classification.messages),
  decode: (row) => {
    if (!isObject<Fields>(row)) return new Rejection("", "is not an object")
    const id = Reader.id(row.id)
    if (Reader.isRefusal(id)) return refused(row, "", "id", id)
    const createdAt = Reader.timestamp(row.createdAt)
    if (Reader.isRefusal(createdAt)) return refused(row, "", "createdAt", createdAt)
    const senderId = Reader.id(row.senderId)
    if (Reader.isRefusal(senderId)) return refused(row, "", "senderId", senderId)
    const receiverId = Reader.id(row.receiverId)
    if (Reader.isRefusal(receiverId)) return refused(row, "", "receiverId", receiverId)
    return { id, createdAt, senderId, receiverId } satisfies Record<Fields, unknown>
  }
}
