import { expect, it } from "@effect/vitest"
import * as Column from "@sluice/core/relation/Column"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import { holds } from "@sluice/warehouse/embedded/SqliteColumnCheck"
import * as ColumnValue from "@sluice/warehouse/sql/ColumnValue"
import * as Effect from "effect/Effect"

/** For each column, values in SQLite's form, and the same in rows. */
const cases: ReadonlyArray<readonly [Column.Any, ReadonlyArray<readonly [kept: string, value: unknown]>]> = [
  [
    Column.text(3),
    [
      ["'abc'", "abc"],
      ["'abcd'", "abcd"],
      ["'😀😀😀'", "😀😀😀"],
      ["''", ""],
      ["x'61'", 1]
    ]
  ],
  [
    Column.integer,
    [
      ["9007199254740991", 2 ** 53 - 1],
      ["9007199254740992", 2 ** 53],
      ["-9007199254740991", 1 - 2 ** 53],
      ["1.5", 1.5],
      ["'1'", "1"]
    ]
  ],
  [
    Column.boolean,
    [
      ["1", true],
      ["0", false],
      ["2", 2],
      ["'true'", "true"]
    ]
  ],
  [
    Column.decimal(5, 2),
    [
      ["999.99", "999.99"],
      ["1000.0", "1000.00"],
      ["-999.99", "-999.99"],
      ["-1000", "-1000"],
      ["7", "7"],
      ["1.005", "1.005"],
      ["'7'", 7],
      ["9e999", "Infinity"]
    ]
  ],
  [
    Column.decimal(30, 10),
    [
      ["'12345678901234567890.5'", "12345678901234567890.5"],
      ["'-00000000000000000000001.10000000000'", "-00000000000000000000001.10000000000"],
      ["'123456789012345678901'", "123456789012345678901"],
      ["'1.12345678901'", "1.12345678901"],
      ["'1.'", "1."],
      ["'.5'", ".5"],
      ["'-'", "-"],
      ["'--1'", "--1"],
      ["'1.2.3'", "1.2.3"],
      ["'1e5'", "1e5"],
      ["''", ""],
      ["1.5", 1.5]
    ]
  ],
  [
    Column.timestamp,
    [
      ["'2024-02-29 23:59:59.999'", "2024-02-29T23:59:59.999Z"],
      ["'2023-02-29 23:59:59.999'", "2023-02-29T23:59:59.999Z"],
      ["'2024-02-29 24:00:00.000'", "2024-02-29T24:00:00.000Z"],
      ["'2024-02-29'", "2024-02-29"],
      ["'2024-02-29 10:00:00'", "2024-02-29T10:00:00Z"],
      ["'now'", "now"],
      ["0", 0]
    ]
  ],
  [
    Column.day,
    [
      ["'2024-02-29'", "2024-02-29"],
      ["'2023-02-29'", "2023-02-29"],
      ["'2024-2-29'", "2024-2-29"],
      ["'2024-02-29 00:00:00.000'", "2024-02-29T00:00:00.000Z"],
      ["20240229", 20_240_229]
    ]
  ]
]

it.scoped.each(cases.map(([column, values]) => ({ is: column.type._tag, column, values })))(
  "SQL holds exactly what a row may hold in a column: $is",
  ({ column, values }) =>
    Effect.gen(function* () {
      const { use } = yield* LibsqlClient.make({ path: ":memory:" })
      const check = ColumnValue.checkOf(column)
      const inSql = yield* Effect.forEach(values, ([kept]) =>
        use((session) => session.values(`SELECT ${holds("v", column)} FROM (SELECT ${kept} AS v)`, [])[0]?.[0])
      )
      expect(values.map(([kept], index) => [kept, inSql[index]])).toStrictEqual(
        values.map(([kept, value]) => [kept, check(value) === undefined ? 1 : 0])
      )
    })
)

it.scoped("NULL holds: the table says where it may be", () =>
  Effect.gen(function* () {
    const { use } = yield* LibsqlClient.make({ path: ":memory:" })
    const answers = yield* Effect.forEach(cases, ([column]) =>
      use((session) => session.values(`SELECT ${holds("v", column)} FROM (SELECT NULL AS v)`, [])[0]?.[0])
    )
    expect(answers).toStrictEqual(cases.map(() => 1))
  })
)
