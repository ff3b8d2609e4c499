import type { Brand } from "effect/Brand"
import type { Day } from "../data/Day.ts"
import type { Decimal } from "../data/Decimal.ts"
import type { Id } from "../data/Id.ts"
import type { MaskId } from "../data/MaskId.ts"
import type { Pii } from "../data/Pii.ts"
import type { Plain } from "../data/Plain.ts"
import type { Timestamp } from "../data/Timestamp.ts"
import type { Generalisation } from "./Generalisation.ts"

/** What a column is in SQL. Each adapter has its own words for it. */
export type ColumnType =
  /** Text of at most `maxLength` characters, compared by its exact bytes. */
  | { readonly _tag: "Text"; readonly maxLength: number }
  /** Text of any length; it can be neither key nor index. */
  | { readonly _tag: "LongText" }
  | { readonly _tag: "Integer" }
  /** An exact decimal. */
  | {
      readonly _tag: "Decimal"
      readonly precision: number
      readonly scale: number
    }
  | { readonly _tag: "Boolean" }
  /** UTC to the millisecond. */
  | { readonly _tag: "Timestamp" }
  /** A calendar day. */
  | { readonly _tag: "Day" }

/**
 * A column: its SQL type and, as `A`, the type of its values in rows. The compiler keeps ids of different kinds, times, days,
 * decimals and plain text apart. Timestamps are ISO 8601 strings in UTC with milliseconds (`2024-03-01T09:30:00.000Z`), days
 * `2024-03-01`, decimals strings (`"1234.50"`), integers numbers.
 */
export interface Column<out A> {
  readonly type: ColumnType
  readonly nullable: boolean
  /** The kind of personal value it holds, if it does: the table is sensitive then. */
  readonly pii: string | undefined
  /** The kind of personal value whose mask ids it holds, if it does. */
  readonly maskOf: string | undefined
  /** The kind of thing whose ids it holds, if it does. */
  readonly idOf: string | undefined
  /** What it is to somebody who looks for a person; undefined if nothing. */
  readonly role: Role | undefined
  /** How its values can be made coarser, if they can. */
  readonly generalisation: Generalisation | undefined
  /** Never set: carries the type. */
  readonly "~value"?: A
}

/**
 * A quasi-identifier is something that others know of a person and can find them by. A sensitive attribute is something that
 * is learned of them once they are found.
 */
export type Role = "quasi-identifier" | "sensitive attribute"

export type Any = Column<unknown>
/** The type of a column's values. */
export type Value<C> = C extends Column<infer A> ? A : never

const make = <A>(type: ColumnType, holds: { readonly pii?: string; readonly maskOf?: string } = {}): Column<A> => ({
  type,
  nullable: false,
  pii: holds.pii,
  maskOf: holds.maskOf,
  idOf: undefined,
  role: undefined,
  generalisation: undefined
})

/** Text of at most `maxLength` characters. */
export const text = (maxLength: number) => make<Plain<string>>({ _tag: "Text", maxLength })
/** A 64-bit integer; its values are safe integers. */
export const integer = make<Plain<number>>({ _tag: "Integer" })
/** An exact decimal with `scale` of its `precision` digits behind the point, as a string. */
export const decimal = (precision: number, scale: number) => make<Decimal>({ _tag: "Decimal", precision, scale })
export const boolean = make<boolean>({ _tag: "Boolean" })
export const timestamp = make<Timestamp>({ _tag: "Timestamp" })
export const day = make<Day>({ _tag: "Day" })
/** A personal value of a kind, of any length. The table that has it is sensitive. */
export const pii = <const K extends string>(kind: K) => make<Pii<K>>({ _tag: "LongText" }, { pii: kind })
/**
 * Ids of a kind, as `Id.make` or `Schema.brand` makes them, kept as the column that is given keeps text or numbers. An id of
 * another kind, and text that nobody says is one, do not compile.
 *
 * ```ts
 * Column.id("user", Column.text(36))
 * ```
 */
export const id = <const K extends string, C extends PlainColumn>(kind: K, column: C): Column<Id<K, PlainOf<C>>> => ({
  ...make(column.type),
  idOf: kind
})
/** Text or numbers of a brand that is no id, such as a currency: `Column.branded("currency", Column.text(3))`. */
export const branded = <const K extends string, C extends PlainColumn>(
  _brand: K,
  { type }: C
): Column<PlainOf<C> & Brand<K>> => make(type)

type PlainColumn = Column<Plain<string>> | Column<Plain<number>>
type PlainOf<C> = Value<C> extends string ? string : number

/** The mask id of a personal value of a kind; an id of another kind does not compile. */
export const maskId = <const K extends string>(kind: K) => make<MaskId<K>>({ _tag: "Integer" }, { maskOf: kind })

/**
 * A column that others can find people by, such as a year of birth, and how it can be made coarser. Reports of k-anonymity
 * compare people by these.
 */
export const quasiIdentifier = <A>(column: Column<A>, generalisation?: Generalisation): Column<A> => ({
  ...column,
  role: "quasi-identifier",
  generalisation
})
/** A column that tells something of a person who is found, such as an income, and how it can be made coarser. */
export const sensitiveAttribute = <A>(column: Column<A>, generalisation?: Generalisation): Column<A> => ({
  ...column,
  role: "sensitive attribute",
  generalisation
})

export const nullable = <A>(column: Column<A>): Column<A | null> => ({
  ...column,
  nullable: true
})
