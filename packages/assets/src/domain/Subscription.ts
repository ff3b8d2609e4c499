import type { Decimal } from "@sluice/core/data/Decimal"
import type { Timestamp } from "@sluice/core/data/Timestamp"
import { isObject, Rejection } from "@sluice/core/source/Decoder"
import type { ReadField, users } from "../privacy/classification.ts"
import { labelLength, money } from "./limits.ts"
import * as Reader from "./Reader.ts"

/** What a user has signed up for. */
export interface Subscription {
  readonly createdAt: Timestamp
  /** `null`: since ever. */
  readonly startDate: Timestamp | null
  /** `null`: without an end. */
  readonly endDate: Timestamp | null
  /** Active, Inactive or Rejected, so far; another word is kept as it is. */
  readonly status: string
  readonly amount: Decimal | null
}

type Fields = ReadField<typeof users, "subscription[].">

const readTime = Reader.nullable(Reader.timestamp)
const readLabel = Reader.text(labelLength)
const readMoney = Reader.nullable(Reader.decimal(money))

/** Decodes one element of a user's `subscription`, the one at `index`. */
export const decode = (element: unknown, index: number): Subscription | Rejection => {
  if (!isObject<Fields>(element)) return new Rejection(`subscription.${index}`, "is not an object")
  const createdAt = Reader.timestamp(element.createdAt)
  if (Reader.isRefusal(createdAt)) return Reader.refused(element, `subscription.${index}.`, "createdAt", createdAt)
  const startDate = readTime(element.startDate)
  if (Reader.isRefusal(startDate)) return Reader.refused(element, `subscription.${index}.`, "startDate", startDate)
  const endDate = readTime(element.endDate)
  if (Reader.isRefusal(endDate)) return Reader.refused(element, `subscription.${index}.`, "endDate", endDate)
  const status = readLabel(element.status)
  if (Reader.isRefusal(status)) return Reader.refused(element, `subscription.${index}.`, "status", status)
  const amount = readMoney(element.amount)
  if (Reader.isRefusal(amount)) return Reader.refused(element, `subscription.${index}.`, "amount", amount)
  return { createdAt, startDate, endDate, status, amount } satisfies Record<Fields, unknown>
}
