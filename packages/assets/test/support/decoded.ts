import * as Id from "@sluice/core/data/Id"
import type { Message } from "../../src/domain/Message.ts"

/** A decoded message, from ids as plain text. */
export const message = (
  ids: { readonly id?: string; readonly senderId?: string; readonly receiverId?: string } = {},
  createdAt: Message["createdAt"] = "2023-06-01T10:00:00.000Z"
): Message => ({
  id: Id.make("message", ids.id ?? "10"),
  createdAt,
  senderId: Id.make("user", ids.senderId ?? "1"),
  receiverId: Id.make("user", ids.receiverId ?? "2")
})
