import type { Decimal } from "@sluice/core/data/Decimal"
import type { Timestamp } from "@sluice/core/data/Timestamp"
import { isObject, Rejection } from "@sluice/core/source/Decoder"
import type { ReadField, users } from "../privacy/classification.ts"
import { labelLength, money } from "./limits.ts"
import * as Reader from "./Reader.ts"

/** A subscription of a user. */
export interface Subscription {
  readonly createdAt: Timestamp
  /** `null` if it is open at the start. */
  readonly startDate: Timestamp | null
  /** `null` if it is open at the end. */
  readonly endDate: Timestamp | null
  /** Active, Inactive or Rejected, so far. Other words are kept unchanged. */
  readonly status: string
  readonly amount: Decimal | null
}

type Fields = ReadField<typeof users, "subscription[].">

const readTime = Reader.nullable(Reader.timestamp)
const readLabel = Reader.text(labelLength)
const readMoney = Reader.nullable(Reader.decimal(money))

/** Decodes the element at `index` of a user's `subscription`. */
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
