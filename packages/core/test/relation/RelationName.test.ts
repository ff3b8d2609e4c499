import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import { RelationNameInvalid } from "@sluice/core/relation/RelationName"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"

const makers = {
  table: (name: string) => Table.make(name, { description: "", columns: { id: Column.integer }, primaryKey: ["id"] }),
  view: (name: string) => View.make(name, { description: "", columns: {}, on: [], select: () => "" }),
  mask: (name: string) => Mask.make(name, { kind: "city", column: "city", description: "" })
}

const outcome = (make: (name: string) => { readonly name: string }, name: string) =>
  Either.merge(Either.try({ try: () => make(name).name, catch: (error) => error }))

describe.each(["table", "view", "mask"] as const)("the name of a %s", (relation) => {
  // A server with lower_case_table_names=1 kept `Orders` as `orders`; the grant on `Orders` was given and taken back for ever.
  it("is refused with capital letters, or if it is no plain identifier", () => {
    const names = ["Orders", "ordersByDay", "orders-by-day", "shop.orders", "1st", "_orders", "", "commandé", "orders\n"]
    expect(names.map((name) => outcome(makers[relation], name))).toStrictEqual(
      names.map((name) => new RelationNameInvalid({ relation, name }))
    )
  })

  it("is refused if the store has a table of its own under it", () => {
    expect(["quarantine", "sluice_runs"].map((name) => outcome(makers[relation], name))).toStrictEqual([
      new RelationNameInvalid({ relation, name: "quarantine" }),
      new RelationNameInvalid({ relation, name: "sluice_runs" })
    ])
  })

  it("is lower-case letters, digits and _", () => {
    const names = ["orders", "orders_by_day", "top_10", "select"]
    expect(names.map((name) => outcome(makers[relation], name))).toStrictEqual(names)
  })
})

it.each([
  [
    "DailyRevenue",
    'The view "DailyRevenue" cannot have this name. Use lower-case letters, digits and _, beginning with a letter: some servers keep all names in lower case, and do not find a grant under the name as declared.'
  ],
  [
    "sluice_runs",
    'The view "sluice_runs" cannot have this name. Choose another one: `quarantine` and all names that begin with `sluice_` are the store\'s own tables.'
  ]
])("the refusal of %s says what to do", (name, message) => {
  expect(new RelationNameInvalid({ relation: "view", name }).message).toBe(message)
})
