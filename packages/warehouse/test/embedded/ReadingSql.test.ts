import { expect, it } from "@effect/vitest"
import { readingSql } from "@sluice/warehouse/embedded/ReadingSql"
import * as Either from "effect/Either"

const allowed: ReadonlyArray<readonly [sql: string, passed: string]> = [
  ["SELECT 1", "SELECT 1"],
  ["  select 1 ; ", "  select 1 "],
  ["SELECT ';' AS a", "SELECT ';' AS a"],
  ["SELECT 'it''s; fine' AS \"a;b\"", "SELECT 'it''s; fine' AS \"a;b\""],
  ["-- a; comment\nWITH a AS (SELECT 1) SELECT * FROM a", "-- a; comment\nWITH a AS (SELECT 1) SELECT * FROM a"],
  ["/* ; */ VALUES (1)", "/* ; */ VALUES (1)"],
  ["EXPLAIN QUERY PLAN SELECT 1", "EXPLAIN QUERY PLAN SELECT 1"],
  ["SELECT [a;b], `c;d` FROM t -- ; the end", "SELECT [a;b], `c;d` FROM t -- ; the end"]
]
for (const [sql, passed] of allowed) {
  it(`lets through: ${sql}`, () => {
    expect(readingSql(sql)).toStrictEqual(Either.right(passed))
  })
}

const refused: ReadonlyArray<readonly [sql: string, why: string]> = [
  ["", "it is empty"],
  [" ; ", "it is empty"],
  ["-- only a comment", "it is empty"],
  ["SELECT 1; SELECT 2", "it has more than one statement; send them one by one"],
  ["SELECT 1 /* ' */; DROP TABLE t; -- '", "it has more than one statement; send them one by one"],
  ["SELECT 1\0", "it holds a NUL character"],
  ["PRAGMA query_only", "only statements that read are answered: SELECT, WITH, VALUES or EXPLAIN"],
  ["EXPLAIN PRAGMA query_only", "only statements that read are answered: SELECT, WITH, VALUES or EXPLAIN"],
  ["'SELECT' ATTACH 'x' AS y", "only statements that read are answered: SELECT, WITH, VALUES or EXPLAIN"],
  ["/* SELECT */ DELETE FROM t", "only statements that read are answered: SELECT, WITH, VALUES or EXPLAIN"],
  ["SELECTED", "only statements that read are answered: SELECT, WITH, VALUES or EXPLAIN"]
]
for (const [sql, why] of refused) {
  it(`refuses, because ${why}: ${JSON.stringify(sql)}`, () => {
    expect(readingSql(sql)).toStrictEqual(Either.left(why))
  })
}
