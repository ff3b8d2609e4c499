import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import { reveal } from "@sluice/core/data/PiiReveal"
import type { Message } from "../domain/Message.ts"
import type { User } from "../domain/User.ts"

/** Users as text for the encrypted spill, and back: the one place where what is to be masked is written, never in the clear. */
export const users: Dataset.Codec<User> = {
  encode: (rows) => clear.encode(rows.map(toClear)),
  decode: (text) => clear.decode(text).map(fromClear)
}

/** Messages hold nothing that must be unwrapped. */
export const messages: Dataset.Codec<Message> = Dataset.jsonCodec<Message>()

interface ClearUser extends Omit<User, "city" | "zipcode" | "profession"> {
  readonly city: string | null
  readonly zipcode: string | null
  readonly profession: string | null
}

const clear = Dataset.jsonCodec<ClearUser>()

const toClear = (user: User): ClearUser => ({
  ...user,
  city: orNull(user.city, reveal),
  zipcode: orNull(user.zipcode, reveal),
  profession: orNull(user.profession, reveal)
})

const fromClear = (user: ClearUser): User => ({
  ...user,
  city: orNull(user.city, (value) => Pii.make("city", value)),
  zipcode: orNull(user.zipcode, (value) => Pii.make("zipcode", value)),
  profession: orNull(user.profession, (value) => Pii.make("profession", value))
})

const orNull = <A, B>(value: A | null, f: (value: A) => B): B | null => (value === null ? null : f(value))
