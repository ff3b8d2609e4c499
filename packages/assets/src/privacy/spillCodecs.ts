import * as Packed from "@sluice/core/data/Packed"
import type { Message } from "../domain/Message.ts"
import type { Subscription } from "../domain/Subscription.ts"
import type { User } from "../domain/User.ts"

/**
 * Users packed for the time of a run, and unpacked: the one place where what is to be masked is written, on disk never in
 * the clear. Of one block's users, those with the same place or profession share one wrapped value.
 */
export const users: Packed.Codec<User> = Packed.codec({
  write: (user, sink) => {
    sink.put(user.id)
    sink.put(user.createdAt)
    sink.put(user.updatedAt)
    sink.pii(user.city)
    sink.pii(user.zipcode)
    sink.pii(user.profession)
    sink.put(user.country)
    sink.put(user.emailDomain)
    sink.put(user.birthYear === null ? null : String(user.birthYear))
    sink.put(user.gender)
    sink.put(user.isSmoking === null ? null : user.isSmoking ? "1" : "0")
    sink.put(user.income)
    sink.put(String(user.subscriptions.length))
    for (const subscription of user.subscriptions) writeSubscription(subscription, sink)
  },
  reading: () => {
    const city = Packed.wrapping("city")
    const zipcode = Packed.wrapping("zipcode")
    const profession = Packed.wrapping("profession")
    return (cursor) => ({
      id: cursor.text(),
      createdAt: cursor.text(),
      updatedAt: cursor.text(),
      city: cursor.pii(city),
      zipcode: cursor.pii(zipcode),
      profession: cursor.pii(profession),
      country: cursor.orNull(),
      emailDomain: cursor.orNull(),
      birthYear: orNull(cursor, Number),
      gender: cursor.orNull(),
      isSmoking: orNull(cursor, isOne),
      income: cursor.orNull(),
      subscriptions: readSubscriptions(cursor)
    })
  }
})

/** Messages hold nothing that must be unwrapped. */
export const messages: Packed.Codec<Message> = Packed.codec({
  write: (message, sink) => {
    sink.put(message.id)
    sink.put(message.createdAt)
    sink.put(message.senderId)
    sink.put(message.receiverId)
  },
  reading: () => (cursor) => ({
    id: cursor.text(),
    createdAt: cursor.text(),
    senderId: cursor.text(),
    receiverId: cursor.text()
  })
})

const writeSubscription = (subscription: Subscription, sink: Packed.Sink): void => {
  sink.put(subscription.createdAt)
  sink.put(subscription.startDate)
  sink.put(subscription.endDate)
  sink.put(subscription.status)
  sink.put(subscription.amount)
}

const readSubscriptions = (cursor: Packed.Cursor): ReadonlyArray<Subscription> => {
  const subscriptions: Array<Subscription> = []
  for (let left = Number(cursor.text()); left > 0; left--) {
    subscriptions.push({
      createdAt: cursor.text(),
      startDate: cursor.orNull(),
      endDate: cursor.orNull(),
      status: cursor.text(),
      amount: cursor.orNull()
    })
  }
  return subscriptions
}

const orNull = <B>(cursor: Packed.Cursor, f: (text: string) => B): B | null => {
  const text = cursor.orNull()
  return text === null ? null : f(text)
}

const isOne = (text: string): boolean => text === "1"
