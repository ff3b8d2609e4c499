import * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Kept } from "./Plain.ts"

/**
 * An exact decimal as text, such as an amount of money: `"1234.50"`. A literal of this form is one as it stands; other text is
 * one if `is` says so.
 */
export type Decimal = Kept<`${number}`, "Decimal">

/** Whether text is digits, with a sign before and a point between them where there are any. */
export const is = (text: string): text is Decimal => /^-?\d+(?:\.\d+)?$/.test(text)

/** A number, rounded to so many digits behind the point. */
export const fromNumber = (value: number, scale: number): Decimal => unsafeCast(value.toFixed(scale))

/** For schemas of rows: a text that is such a decimal. */
export const schema: Schema.Schema<Decimal, string> = Schema.String.pipe(Schema.filter(is, { identifier: "Decimal" }))
