import * as Schema from "effect/Schema"
import type { ReadField, users } from "../privacy/classification.ts"
import { field } from "./Decoder.ts"
import { labelLength, money } from "./limits.ts"
import * as Reader from "./Reader.ts"

/** What a user has signed up for. Times are UTC with milliseconds, the amount an exact decimal. */
export interface Subscription {
  readonly createdAt: string
  /** `null`: since ever. */
  readonly startDate: string | null
  /** `null`: without an end. */
  readonly endDate: string | null
  /** Active, Inactive or Rejected, so far; another word is kept as it is. */
  readonly status: string
  readonly amount: string | null
}

const fields = {
  createdAt: field(Reader.timestamp),
  startDate: field(Reader.nullable(Reader.timestamp)),
  endDate: field(Reader.nullable(Reader.timestamp)),
  status: field(Reader.text(labelLength)),
  amount: field(Reader.nullable(Reader.decimal(money)))
} satisfies Record<ReadField<typeof users, "subscription[].">, Schema.Schema.Any>

/** One element of a user's `subscription`. */
export const Subscription: Schema.Schema<Subscription, { readonly [K in keyof typeof fields]: unknown }> =
  Schema.Struct(fields)
