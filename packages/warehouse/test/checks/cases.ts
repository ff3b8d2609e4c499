import type * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { acceptedValues, foreignKey, noRows, notNull, unique } from "@sluice/warehouse/checks/RowChecks"
import type { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import { Owners, type Thing, Things, thing } from "./things.ts"

interface Case {
  readonly claim: string
  readonly check: AssetCheck.AssetCheck<WarehouseReader>
  readonly rows: ReadonlyArray<Thing>
  readonly passed: boolean
  readonly metadata: AssetCheck.Outcome["metadata"]
}

const plain = [thing({ id: "a" }), thing({ id: "b", status: "done", owner_id: "bob", order: 2 })]
const holes = [thing({ id: "a", price: null, owner_id: null }), thing({ id: "b", price: null }), thing({ id: "c" })]

/** The expected result of each check of rows, staged or published. */
export const cases: ReadonlyArray<Case> = [
  {
    claim: "notNull passes where every row has a value",
    check: notNull(Things, ["price", "owner_id"]),
    rows: plain,
    passed: true,
    metadata: { rows: 2, rows_without_price: 0, rows_without_owner_id: 0 }
  },
  {
    claim: "notNull counts the rows without a value, by column",
    check: notNull(Things, ["price", "owner_id"]),
    rows: holes,
    passed: false,
    metadata: { rows: 3, rows_without_price: 2, rows_without_owner_id: 1 }
  },
  {
    claim: "unique passes where values differ, by a trailing space or by case, and where they are null",
    check: unique(Things, ["status", "order"]),
    rows: ["x", "X", "x ", null, null].map((status, n) => thing({ id: `${n}`, status })),
    passed: true,
    metadata: { values: 3, values_that_repeat: 0, rows_too_many: 0 }
  },
  {
    claim: "unique counts the values that repeat and the rows too many",
    check: unique(Things, ["order"]),
    rows: [1, 1, 1, 2, 2, 3].map((order, n) => thing({ id: `${n}`, order })),
    passed: false,
    metadata: { values: 3, values_that_repeat: 2, rows_too_many: 3 }
  },
  {
    claim: "acceptedValues passes where there are no others, whatever they look like",
    check: acceptedValues(Things, "status", ["it's", "a\\b", "new?", "ZÜRICH"]),
    rows: ["it's", "a\\b", "new?", "ZÜRICH", null].map((status, n) => thing({ id: `${n}`, status })),
    passed: true,
    metadata: { rows: 5, rows_with_other_status: 0 }
  },
  {
    claim: "acceptedValues counts others, told apart by their exact bytes",
    check: acceptedValues(Things, "status", ["new", "zurich"]),
    rows: ["new", "New", "new ", "zürich"].map((status, n) => thing({ id: `${n}`, status })),
    passed: false,
    metadata: { rows: 4, rows_with_other_status: 3 }
  },
  {
    claim: "acceptedValues compares numbers",
    check: acceptedValues(Things, "order", [1, 2]),
    rows: [...plain, thing({ id: "c", order: 3 })],
    passed: false,
    metadata: { rows: 3, rows_with_other_order: 1 }
  },
  {
    claim: "foreignKey passes where every row refers to one that is there, or to none",
    check: foreignKey(Things, { owner_id: "name" }, Owners),
    rows: [...plain, thing({ id: "c", owner_id: null })],
    passed: true,
    metadata: { rows: 3, rows_referring_to_nothing: 0 }
  },
  {
    claim: "foreignKey counts the rows that refer to nothing",
    check: foreignKey(Things, { owner_id: "name" }, Owners),
    rows: [...plain, thing({ id: "c", owner_id: "Ada" }), thing({ id: "d", owner_id: "nobody" })],
    passed: false,
    metadata: { rows: 4, rows_referring_to_nothing: 2 }
  },
  {
    claim: "noRows counts the rows that should not be",
    check: noRows(Things, "cheap", {
      description: "Nothing costs more than 2.",
      where: (column) => `${column("price")} > 2 AND ${column("order")} > 0`
    }),
    rows: [thing({ id: "a", price: "2.00" }), thing({ id: "b", price: "10.00" }), thing({ id: "c", price: null })],
    passed: false,
    metadata: { rows: 3, rows_that_should_not_be: 1 }
  },
  {
    claim: "an empty table breaks no rule of its rows",
    check: notNull(Things, ["price"]),
    rows: [],
    passed: true,
    metadata: { rows: 0, rows_without_price: 0 }
  },
  {
    claim: "no group among no rows is no number, and counts as 0",
    check: unique(Things, ["order"]),
    rows: [],
    passed: true,
    metadata: { values: 0, values_that_repeat: 0, rows_too_many: 0 }
  }
]
