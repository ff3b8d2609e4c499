import * as Column from "@sluice/core/relation/Column"
import * as Subject from "@sluice/core/relation/Subject"
import * as Table from "@sluice/core/relation/Table"
import { expect, it } from "vitest"

const userId = Column.id("user", Column.text(36))
const staffId = Column.id("staff", Column.integer)
const Users = Table.make("users", { description: "", columns: { id: userId }, primaryKey: ["id"], subject: "id" })
const Products = Table.make("products", {
  description: "",
  columns: { id: Column.id("product", Column.text(36)), packed_by: staffId },
  primaryKey: ["id"]
})
const letters = {
  description: "",
  columns: { id: Column.text(36), sender: userId, receiver: Column.nullable(userId) },
  primaryKey: ["id"]
} as const

it("tables that say whose rows they have are right, and so are those that have nobody's", () => {
  const Letters = Table.make("letters", { ...letters, subject: ["sender", "receiver"] })
  expect([Subject.problems([Users, Letters, Products]), Subject.problems([Products])]).toStrictEqual([[], []])
})

it("a column with people's ids that is left out is named, in a table of any subject", () => {
  const tables = [Users, Table.make("letters", { ...letters, subject: "sender" }), Table.make("notes", letters)]
  expect(Subject.problems(tables)).toStrictEqual(
    ["letters.receiver", "notes.sender", "notes.receiver"].map(
      (column) =>
        `"${column}" has the ids of people (user), and an erasure would leave them. Add "${column.split(".")[1]}" to the table's \`subject\`.`
    )
  )
})

it("people of two kinds are not in one pipeline: an id of one could be another's", () => {
  const Staff = Table.make("staff", { description: "", columns: { no: staffId }, primaryKey: ["no"], subject: "no" })
  expect(Subject.problems([Users, Staff])).toStrictEqual([
    "Rows are about people of several kinds: user (users.id), staff (staff.no). One id could then erase two people. Keep each kind in a pipeline of its own."
  ])
})
