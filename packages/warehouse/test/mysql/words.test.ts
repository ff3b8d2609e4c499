import { describe, expect, it } from "@effect/vitest"
import * as Pii from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { keyParameters, selectPage } from "@sluice/warehouse/mysql/ddl"
import { rowDecoder, rowEncoder } from "@sluice/warehouse/mysql/encoding"
import { connectFailed, faultOf, reasonOf, sqlError, statementFailed } from "@sluice/warehouse/mysql/errors"
import * as InfileText from "@sluice/warehouse/mysql/InfileText"
import * as MysqlServer from "@sluice/warehouse/mysql/MysqlServer"
import { reads } from "@sluice/warehouse/mysql/UserQuery"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import { Every } from "./tables.ts"

const canary = "canary-9d2c"

describe("encoding", () => {
  const encode = rowEncoder(Every)
  const decode = rowDecoder(Every.columns)
  const cells = (row: Readonly<Record<string, unknown>>) => {
    const into = new InfileText.Writer()
    return encode(row, into) ?? InfileText.rows(into.take())[0] ?? []
  }
  const row = { group: "g", position: 1, text: null, amount: null, flag: null, at: null, day: null }

  it("a row becomes its cells in column order, as the servers write them", () => {
    expect(
      cells({ ...row, text: "t", amount: "1.5", flag: true, at: "2024-03-01T09:30:00.007Z", day: "2024-03-01" })
    ).toEqual(["g", "1", "t", "1.5", "1", "2024-03-01 09:30:00.007", "2024-03-01"])
  })

  it.prop(
    "what is encoded is decoded the same, whichever way the server shortens times",
    [
      FastCheck.date({
        min: new Date("0100-01-01T00:00:00Z"),
        max: new Date("9999-12-31T23:59:59.999Z"),
        noInvalidDate: true
      }),
      FastCheck.maxSafeInteger(),
      FastCheck.boolean(),
      FastCheck.boolean()
    ],
    ([date, position, flag, shortened]) => {
      const at = date.toISOString()
      const original = { ...row, position, flag, at, day: at.slice(0, 10), amount: "-0.10" }
      const sent = cells(original)
      const names = Table.columnNames(Every)
      const answer = Object.fromEntries(names.map((name, n) => [name, sent[n]]))
      if (shortened)
        answer["at"] = String(answer["at"])
          .replace(/\.000$/, "")
          .replace(/ 00:00:00$/, "")
      expect(decode(answer)).toEqual(original)
    }
  )

  it("what a server would refuse, cut or change is told by column and reason, without the value", () => {
    const bad: ReadonlyArray<readonly [Readonly<Record<string, unknown>>, string]> = [
      [{ ...row, group: null }, '"group" is null'],
      [{ ...row, group: undefined }, '"group" is not text'],
      [{ ...row, group: `${canary}${" ".repeat(50)}` }, '"group" is longer than 50 characters'],
      [{ ...row, text: `${canary}\udc00` }, '"text" is not well-formed Unicode'],
      [{ ...row, position: 2 ** 53 }, '"position" is not a safe integer'],
      [{ ...row, amount: "1.005" }, '"amount" is not a decimal with at most 10 digits before the point and 2 behind it'],
      [{ ...row, amount: "1e3" }, '"amount" is not a decimal with at most 10 digits before the point and 2 behind it'],
      [
        { ...row, amount: "12345678901" },
        '"amount" is not a decimal with at most 10 digits before the point and 2 behind it'
      ],
      [{ ...row, flag: "true" }, '"flag" is not a boolean'],
      [{ ...row, at: "2024-03-01T09:30:00Z" }, '"at" is not a timestamp like 2024-03-01T09:30:00.000Z'],
      [{ ...row, at: "2024-02-30T09:30:00.000Z" }, '"at" is not a timestamp like 2024-03-01T09:30:00.000Z'],
      [{ ...row, day: "1.3.2024" }, '"day" is not a day like 2024-03-01'],
      [{ ...row, day: "2023-02-29" }, '"day" is not a day like 2024-03-01']
    ]
    expect(bad.map(([value]) => cells(value))).toEqual(bad.map(([, problem]) => problem))
  })

  it("characters are counted as the servers count them: 50 emoji fit into 50", () => {
    expect(cells({ ...row, group: "😀".repeat(50) })).toContain("😀".repeat(50))
  })

  it("personal values are not published, and are wrapped when they are read", () => {
    const columns = { id: Column.integer, city: Column.pii("city") }
    const table = Table.make("t", { description: "", columns, primaryKey: ["id"] })
    const city = Pii.Pii.make("city", canary)
    expect(rowEncoder(table)({ id: 1, city }, new InfileText.Writer())).toBe(
      '"city" is a personal value, which only the masker stores, in a mask table'
    )
    expect(JSON.stringify(rowDecoder(columns)({ id: 1, city: canary }))).toBe('{"id":1,"city":"<city>"}')
  })

  it("a view's decimals have the digits that it declares, and no digit is lost", () => {
    const view = rowDecoder({ a: Column.decimal(10, 2) })
    expect(["7", "7.5000", "7.125", "-0.10"].map((a) => view({ a })["a"])).toEqual(["7.00", "7.50", "7.125", "-0.10"])
  })
})

describe("errors", () => {
  const quoting = Object.assign(new Error(`Duplicate entry '${canary}' for key 'PRIMARY'`), {
    code: "ER_DUP_ENTRY",
    errno: 1062,
    sql: `INSERT ${canary}`,
    sqlMessage: canary
  })

  it("an error of the driver keeps its codes and nothing else", () => {
    const error = sqlError(quoting)
    expect([error.cause, error.message]).toEqual([{ code: "ER_DUP_ENTRY", errno: 1062, fatal: false }, "ER_DUP_ENTRY"])
    const failed = statementFailed("publish people", " among its rows 0 to 9")(error)
    expect([failed.reason, failed.retryable, failed.message]).toEqual([
      "RowRejected",
      false,
      "Could not publish people: the server refused a row (ER_DUP_ENTRY) among its rows 0 to 9."
    ])
    expect(JSON.stringify([error, failed]) + failed.stack).not.toContain(canary)
  })

  it("what may pass by itself can be tried again, and nothing else", () => {
    const reasons = [
      [{ code: "ER_LOCK_DEADLOCK", errno: 1213 }, "Conflict"],
      [{ code: "ER_LOCK_WAIT_TIMEOUT", errno: 1205 }, "Conflict"],
      [{ code: "ECONNRESET", errno: -104, fatal: true }, "Unreachable"],
      [{ code: "PROTOCOL_CONNECTION_LOST", fatal: true }, "Unreachable"],
      [{ code: "ER_CON_COUNT_ERROR", errno: 1040 }, "Unreachable"],
      [{ code: "ER_RECORD_FILE_FULL", errno: 1114 }, "DiskFull"],
      [{ code: "ER_TABLEACCESS_DENIED_ERROR", errno: 1142 }, "NotPermitted"],
      [{ code: "ER_NO_SUCH_TABLE", errno: 1146 }, "Missing"],
      [{ code: "ER_PARSE_ERROR", errno: 1064 }, "Other"],
      [{ errors: [{ code: "ECONNREFUSED" }] }, "Unreachable"],
      [new Error(canary), "Other"]
    ] as const
    expect(reasons.map(([error]) => reasonOf(faultOf(error)))).toEqual(reasons.map(([, reason]) => reason))
  })

  it("a code that is no code, but text, is not passed on", () => {
    expect(faultOf({ code: `Jane ${canary}` })).toEqual({ code: "UNKNOWN", errno: undefined, fatal: false })
  })

  it("a server that speaks something else is told apart from one that is down", () => {
    const url = { _tag: "Mysql", host: "h", port: 1, user: "u", password: Redacted.make(canary), database: "d" } as const
    expect(connectFailed(url, "DATABASE_URL")(sqlError({ code: "HANDSHAKE_UNKNOWN_ERROR" })).message).toBe(
      "Could not connect to the database server at h:1: it answered HANDSHAKE_UNKNOWN_ERROR. Check that DATABASE_URL names a MySQL or MariaDB server."
    )
  })
})

describe("MysqlServer", () => {
  it("knows MySQL from MariaDB, and those that are too old", () => {
    const versions = ["8.4.3", "9.7.0-LTS", "10.11.6-MariaDB-0+deb12u1", "5.7.44-log", "8.0.11", "10.3.39-MariaDB", ""]
    expect(versions.map((version) => MysqlServer.fromAnswer(version, 1, true)?.flavour)).toEqual([
      "MySQL",
      "MySQL",
      "MariaDB",
      undefined,
      undefined,
      undefined,
      undefined
    ])
  })
})

describe("SQL", () => {
  it("a page starts after the last key, whatever its width", () => {
    const wide = Table.make("t", {
      description: "",
      columns: { a: Column.integer, b: Column.integer, c: Column.integer },
      primaryKey: ["a", "b", "c"]
    })
    expect([selectPage(wide, { first: false, size: 9 }), keyParameters([1, 2, 3])]).toEqual([
      "SELECT `a`, `b`, `c` FROM `t` WHERE `a` >= ? AND (`a` > ? OR (`a` = ? AND (`b` > ? OR (`b` = ? AND `c` > ?)))) ORDER BY `a`, `b`, `c` LIMIT 9",
      [1, 1, 1, 2, 2, 3]
    ])
  })

  it("a query reads if its first word does, after comments that are comments", () => {
    const reading = [
      "select 1",
      " -- a\n # b\n /* c */ (SELECT 1)",
      "With a AS (SELECT 1) SELECT * FROM a",
      "SHOW TABLES",
      "desc t",
      "explain select 1"
    ]
    const writing = [
      "",
      "delete from t",
      "-- select 1",
      "/*!SELECT*/ 1",
      "/*M! DELETE */ select 1",
      "selection",
      "SET @a = 1",
      "CALL p()",
      "ANALYZE DELETE FROM t"
    ]
    expect([...reading, ...writing].filter(reads)).toEqual(reading)
  })
})
