import type { Brand } from "effect/Brand"
import type { Day } from "../data/Day.ts"
import type { Decimal } from "../data/Decimal.ts"
import type { Id } from "../data/Id.ts"
import type { MaskId } from "../data/MaskId.ts"
import type { Pii } from "../data/Pii.ts"
import type { Plain } from "../data/Plain.ts"
import type { Timestamp } from "../data/Timestamp.ts"
import type { Generalisation } from "./Generalisation.ts"

/** The type of a column in SQL. Each adapter translates it to its dialect. */
export type ColumnType =
  /** Text of at most `maxLength` characters, compared by its exact bytes. */
  | { readonly _tag: "Text"; readonly maxLength: number }
  /** Text of any length. It cannot be part of a key or an index. */
  | { readonly _tag: "LongText" }
  | { readonly _tag: "Integer" }
  /** An exact decimal. */
  | {
      readonly _tag: "Decimal"
      readonly precision: number
      readonly scale: number
    }
  | { readonly _tag: "Boolean" }
  /** A time in UTC, to the millisecond. */
  | { readonly _tag: "Timestamp" }
  /** A calendar day. */
  | { readonly _tag: "Day" }

/**
 * A column: its SQL type and, as `A`, the type of its values in rows. The compiler tells ids of different kinds, times, days,
 * decimals and plain text apart. Timestamps are ISO 8601 strings in UTC with milliseconds (`2024-03-01T09:30:00.000Z`), days
 * are `2024-03-01`, decimals are strings (`"1234.50"`), integers are numbers.
 */
export interface Column<out A> {
  readonly type: ColumnType
  readonly nullable: boolean
  /** The kind of personal value that the column holds, if any. Such a column makes its table sensitive. */
  readonly pii: string | undefined
  /** The kind of personal value whose mask ids the column holds, if any. */
  readonly maskOf: string | undefined
  /** The kind of ids that the column holds, if any. */
  readonly idOf: string | undefined
  /** The column's role in finding a person, if any. */
  readonly role: Role | undefined
  /** How the column's values can be made coarser, if at all. */
  readonly generalisation: Generalisation | undefined
  /** Never set. Carries the type. */
  readonly "~value"?: A
}

/**
 * A quasi-identifier is a property that others know of a person, and by which they can find the person in the data. A sensitive
 * attribute is what they learn once they have found the person.
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
/** A 64-bit integer. Its values are safe integers. */
export const integer = make<Plain<number>>({ _tag: "Integer" })
/** An exact decimal as a string, with `scale` of its `precision` digits behind the point. */
export const decimal = (precision: number, scale: number) => make<Decimal>({ _tag: "Decimal", precision, scale })
export const boolean = make<boolean>({ _tag: "Boolean" })
export const timestamp = make<Timestamp>({ _tag: "Timestamp" })
export const day = make<Day>({ _tag: "Day" })
/** A personal value of a kind, of any length. It makes its table sensitive. */
export const pii = <const K extends string>(kind: K) => make<Pii<K>>({ _tag: "LongText" }, { pii: kind })
/**
 * Ids of a kind, as `Id.make` or `Schema.brand` makes them, stored as the given column stores text or numbers. Ids of another
 * kind and plain text do not compile.
 *
 * ```ts
 * Column.id("user", Column.text(36))
 * ```
 */
export const id = <const K extends string, C extends PlainColumn>(kind: K, column: C): Column<Id<K, PlainOf<C>>> => ({
  ...make(column.type),
  idOf: kind
})
/** Branded text or numbers that are no ids, such as a currency: `Column.branded("currency", Column.text(3))`. */
export const branded = <const K extends string, C extends PlainColumn>(
  _brand: K,
  { type }: C
): Column<PlainOf<C> & Brand<K>> => make(type)

type PlainColumn = Column<Plain<string>> | Column<Plain<number>>
type PlainOf<C> = Value<C> extends string ? string : number

/** The mask id of a personal value of a kind. Ids of another kind do not compile. */
export const maskId = <const K extends string>(kind: K) => make<MaskId<K>>({ _tag: "Integer" }, { maskOf: kind })

/**
 * Marks a column by which others can find people, such as a year of birth, and declares how it can be made coarser. Reports of
 * k-anonymity compare people by these columns.
 */
export const quasiIdentifier = <A>(column: Column<A>, generalisation?: Generalisation): Column<A> => ({
  ...column,
  role: "quasi-identifier",
  generalisation
})
/** Marks a column that reveals something about a found person, such as an income, and declares how it can be made coarser. */
export const sensitiveAttribute = <A>(column: Column<A>, generalisation?: Generalisation): Column<A> => ({
  ...column,
  role: "sensitive attribute",
  generalisation
})

export const nullable = <A>(column: Column<A>): Column<A | null> => ({
  ...column,
  nullable: true
})
