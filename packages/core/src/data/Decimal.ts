import * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Kept } from "./Plain.ts"

/**
 * An exact decimal as text, such as an amount of money: `"1234.50"`. A literal of this form has the type; for other text, use
 * `is`.
 */
export type Decimal = Kept<`${number}`, "Decimal">

/** Whether text consists of digits, with an optional sign and an optional point between digits. */
export const is = (text: string): text is Decimal => /^-?\d+(?:\.\d+)?$/.test(text)

/** Rounds a number to `scale` digits after the point. */
export const fromNumber = (value: number, scale: number): Decimal => unsafeCast(value.toFixed(scale))

/** The schema of such text, for rows. */
export const schema: Schema.Schema<Decimal, string> = Schema.String.pipe(Schema.filter(is, { identifier: "Decimal" }))
