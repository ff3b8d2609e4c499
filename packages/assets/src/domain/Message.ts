import type { Id } from "@sluice/core/data/Id"
import type { Timestamp } from "@sluice/core/data/Timestamp"
import { type Decoder, isObject, Rejection } from "@sluice/core/source/Decoder"
import * as Classification from "../privacy/classification.ts"
import * as Reader from "./Reader.ts"

/** A message: its sender, receiver and time. Its text is never read. */
export interface Message {
  readonly id: Id<"message">
  readonly createdAt: Timestamp
  readonly senderId: Id<"user">
  readonly receiverId: Id<"user">
}

type Fields = Classification.ReadField<typeof Classification.messages>

const readId = Reader.id("message")
const readUserId = Reader.id("user")

/** Decodes messages. Every field is required. */
export const decoder: Decoder<Message> = {
  known: Classification.knownFields(Classification.messages),
  idOf: Reader.idOf,
  decode: (row) => {
    if (!isObject<Fields>(row)) return new Rejection("", "is not an object")
    const id = readId(row.id)
    if (Reader.isRefusal(id)) return Reader.refused(row, "", "id", id)
    const createdAt = Reader.timestamp(row.createdAt)
    if (Reader.isRefusal(createdAt)) return Reader.refused(row, "", "createdAt", createdAt)
    const senderId = readUserId(row.senderId)
    if (Reader.isRefusal(senderId)) return Reader.refused(row, "", "senderId", senderId)
    const receiverId = readUserId(row.receiverId)
    if (Reader.isRefusal(receiverId)) return Reader.refused(row, "", "receiverId", receiverId)
    return { id, createdAt, senderId, receiverId } satisfies Record<Fields, unknown>
  }
}
