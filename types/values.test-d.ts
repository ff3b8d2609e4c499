/**
 * Values that are told apart in rows: ids of different kinds, times, days, decimals and plain text. Each `@ts-expect-error` is
 * an assertion: were the line below it to compile, the directive itself would be an error, and `pnpm check` fails.
 */
import * as Day from "@sluice/core/data/Day"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Id from "@sluice/core/data/Id"
import * as MaskId from "@sluice/core/data/MaskId"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { foreignKey } from "@sluice/warehouse/checks/RowChecks"
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

const Orders = Table.make("orders", {
  description: "",
  columns: {
    id: Column.id("order", Column.integer),
    customer_id: Column.id("customer", Column.text(36)),
    placed_at: Column.timestamp,
    shipped_on: Column.nullable(Column.day),
    amount: Column.decimal(12, 2),
    currency: Column.branded("currency", Column.text(3)),
    city_id: Column.maskId("city"),
    note: Column.text(200),
    items: Column.integer
  },
  primaryKey: ["id"]
})
const Customers = Table.make("customers", {
  description: "",
  columns: { id: Column.id("customer", Column.text(36)), name: Column.text(50) },
  primaryKey: ["id"]
})
type Order = Table.Row<typeof Orders>

declare const text: string
declare const count: number
declare const moment: DateTime.Utc
declare const order: Order

// Literals, plain text and numbers need no ceremony.
export const plain: Order = {
  ...order,
  placed_at: "2024-03-01T09:30:00.000Z",
  shipped_on: "2024-03-02",
  amount: "-12.50",
  note: text,
  items: count * 2
}
// What was decoded is of its type.
const CustomerId = Schema.String.pipe(Schema.brand("customer"))
const Currency = Schema.String.pipe(Schema.brand("currency"))
export const decoded: Order = {
  ...order,
  id: Id.make("order", 7),
  customer_id: Schema.decodeSync(CustomerId)("ada"),
  placed_at: Timestamp.fromText(text) ?? Timestamp.fromDateTime(moment),
  shipped_on: Day.is(text) ? text : null,
  amount: Decimal.is(text) ? text : Decimal.fromNumber(count, 2),
  currency: Schema.decodeSync(Currency)("EUR"),
  city_id: MaskId.make("city", 7)
}
// Whatever it is, it is text, or a number, to those who want no more.
export const texts: ReadonlyArray<string | null> = [order.customer_id, order.placed_at, order.shipped_on, order.amount]
export const numbers: ReadonlyArray<number> = [order.id, order.city_id, order.items + 1]
// A test writes whole rows in plain values.
export const rows: ReadonlyArray<Table.Row<typeof Customers>> = Table.rows(Customers, [{ id: "ada", name: "Ada" }])

// @ts-expect-error text that nobody says is a customer's id
export const undecoded: Order = { ...order, customer_id: text }
// @ts-expect-error a literal neither
export const literal: Order = { ...order, customer_id: "ada" }
// @ts-expect-error the id of another kind
export const swapped: Order = { ...order, customer_id: Id.make("order", "7") }
// @ts-expect-error an id of the same kind that is a number
export const numbered: Order = { ...order, customer_id: Id.make("customer", 7) }
// @ts-expect-error text where a time belongs
export const texted: Order = { ...order, placed_at: text }
// @ts-expect-error a currency where a time belongs
export const currencyAsTime: Order = { ...order, placed_at: order.currency }
// @ts-expect-error a literal that is no time
export const notTime: Order = { ...order, placed_at: "EUR" }
// @ts-expect-error a time without a zone
export const local: Order = { ...order, placed_at: "2024-03-01T09:30:00" }
// @ts-expect-error a day where a time belongs
export const dayAsTime: Order = { ...order, placed_at: order.shipped_on ?? "2024-03-01" }
// @ts-expect-error a time where a day belongs
export const timeAsDay: Order = { ...order, shipped_on: order.placed_at }
// @ts-expect-error a number where a decimal belongs: it may have lost digits
export const number: Order = { ...order, amount: count }
// @ts-expect-error text where a decimal belongs
export const textAsAmount: Order = { ...order, amount: text }
// @ts-expect-error a decimal where a day belongs
export const amountAsDay: Order = { ...order, shipped_on: order.amount }
// @ts-expect-error a decimal where a count belongs
export const amountAsCount: Order = { ...order, items: order.amount }
// @ts-expect-error an id where plain text belongs
export const idAsNote: Order = { ...order, note: order.customer_id }
// @ts-expect-error a time where plain text belongs
export const timeAsNote: Order = { ...order, note: order.placed_at }
// @ts-expect-error a decimal where plain text belongs
export const amountAsNote: Order = { ...order, note: order.amount }
// @ts-expect-error an id where a plain number belongs
export const idAsCount: Order = { ...order, items: order.id }
// @ts-expect-error a mask id where a plain number belongs
export const maskAsCount: Order = { ...order, items: order.city_id }
// @ts-expect-error an id where a mask id belongs
export const idAsMask: Order = { ...order, city_id: order.id }
// @ts-expect-error a plain row of a column that the table has not
Table.rows(Customers, [{ id: "ada", name: "Ada", age: 36 }])
// @ts-expect-error a plain row without a column
Table.rows(Customers, [{ id: "ada" }])
// @ts-expect-error an id that is a number in a column of text
Table.rows(Customers, [{ id: 7, name: "Ada" }])
// @ts-expect-error a time is no id
Column.id("order", Column.timestamp)
// @ts-expect-error nor is a mask id
Column.id("order", Column.maskId("city"))

foreignKey(Orders, { customer_id: "id" }, Customers)
// @ts-expect-error an order's id refers to no customer
foreignKey(Orders, { id: "id" }, Customers)
// @ts-expect-error nor does its note
foreignKey(Orders, { note: "id" }, Customers)
// @ts-expect-error a customer's id is no customer's name
foreignKey(Orders, { customer_id: "name" }, Customers)
