import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Fault from "@sluice/warehouse/embedded/LibsqlFault"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { untilSuspended } from "../contract/support.ts"
import { temporaryDirectory } from "./stores.ts"

const client = Effect.gen(function* () {
  const path = join(yield* temporaryDirectory, "a.db")
  return yield* LibsqlClient.make({ path, setup: ["CREATE TABLE t (a INTEGER PRIMARY KEY CHECK (a <> 13))"] })
})

/** Ends after some 100 ms, or never. */
const counting = (to: number) =>
  `WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n LIMIT ${to}) SELECT MAX(a) FROM n`
const long = counting(1_000_000)
const endless = counting(-1)
const insert = `INSERT INTO t SELECT value FROM generate_series(100, 300000)`

const countOf = ({ use }: LibsqlClient.LibsqlClient) => use(({ values }) => values("SELECT COUNT(*) FROM t", [])[0]?.[0])

it.scopedLive("a statement beside leaves the main thread to others, one after the other", () =>
  Effect.gen(function* () {
    const db = yield* client
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    expect(yield* Effect.all([db.beside(long), db.beside("SELECT ?, ?", ["a", null])], { concurrency: 2 })).toStrictEqual([
      [[1_000_000]],
      [["a", null]]
    ])
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(10)
  })
)

it.scopedLive("as many rows as there are come back, none of them twice", () =>
  Effect.gen(function* () {
    const db = yield* client
    for (const count of [0, 1, 99, 100, 101, 250]) {
      const rows = yield* db.beside(`SELECT value FROM generate_series(1, ${count}) WHERE value <= ${count}`)
      expect(rows).toStrictEqual(Array.from({ length: count }, (_, index) => [index + 1]))
    }
    yield* db.beside("INSERT INTO t VALUES (1), (2)")
    expect(yield* countOf(db)).toBe(2)
  })
)

it.scopedLive("an interruption ends a statement beside before it ends itself, and the connection goes on", () =>
  Effect.gen(function* () {
    const db = yield* client
    // Before the statement has started, and in the middle.
    for (const wait of [() => Effect.yieldNow(), untilSuspended]) {
      const fiber = yield* Effect.fork(db.beside(endless))
      yield* wait(fiber)
      yield* Fiber.interrupt(fiber)
      expect(yield* countOf(db)).toBe(0)
    }
  })
)

it.scopedLive("a transaction whose statement beside is interrupted is rolled back, and others begin", () =>
  Effect.gen(function* () {
    const db = yield* client
    for (const statement of [endless, `INSERT INTO t ${endless}`]) {
      const inserted = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        db.withTransaction(
          Effect.zipRight(
            Effect.zipRight(db.sql`INSERT INTO t VALUES (1)`, Deferred.succeed(inserted, undefined)),
            db.beside(statement)
          )
        )
      )
      yield* Deferred.await(inserted)
      yield* untilSuspended(fiber)
      yield* Fiber.interrupt(fiber)
      expect(yield* countOf(db)).toBe(0)
    }
    yield* db.withTransaction(db.beside("INSERT INTO t VALUES (2)"))
    expect(yield* countOf(db)).toBe(1)
  })
)

it.scopedLive("others of the same transaction wait for a statement beside", () =>
  Effect.gen(function* () {
    const db = yield* client
    const both = Effect.all([db.beside(insert), countOf(db)], { concurrency: 2 })
    expect(yield* db.withTransaction(both)).toStrictEqual([[], 299_901])
  })
)

it.scopedLive("a fault beside is told by its code, without values, and what may only read writes nothing", () =>
  Effect.gen(function* () {
    const db = yield* client
    const faults = yield* Effect.all([
      Effect.flip(db.beside("INSERT INTO t VALUES (12), (13)")),
      Effect.flip(db.beside("SELECT 'canary' FRM t")),
      Effect.flip(db.beside("SELECT json_extract('{}', ?)", ["canary"])),
      Effect.flip(db.beside("INSERT INTO t VALUES (1)", [], { readOnly: true }))
    ])
    expect(faults.map((error) => Fault.of(error).code)).toStrictEqual([
      "SQLITE_CONSTRAINT_CHECK",
      "SQLITE_ERROR",
      "SQLITE_ERROR",
      "SQLITE_READONLY"
    ])
    expect(JSON.stringify(faults.map((error) => [error, error.cause, error.message]))).not.toContain("canary")
    expect(yield* db.beside("INSERT INTO t VALUES (1) RETURNING a")).toStrictEqual([[1]])
    expect(yield* countOf(db)).toBe(1)
  })
)

it.scopedLive("a connection is not closed under a statement beside", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const db = yield* Scope.extend(client, scope)
    const fiber = yield* Effect.fork(db.beside(long))
    yield* untilSuspended(fiber)
    yield* Scope.close(scope, Exit.void)
    expect(yield* Fiber.join(fiber)).toStrictEqual([[1_000_000]])
  })
)

const names = ({ use }: LibsqlClient.LibsqlClient) =>
  use(({ values }) => values("PRAGMA database_list", []).map(([, name]) => name))

it.scopedLive("a database without a name is gone with its scope, however that ends", () =>
  Effect.gen(function* () {
    const db = yield* client
    const fill = Effect.tap(db.nameless, (aside) =>
      Effect.zipRight(db.beside(`CREATE TABLE ${aside}.t AS SELECT value FROM generate_series(1, 100000)`), names(db))
    )
    expect(yield* Effect.scoped(Effect.flatMap(fill, () => names(db)))).toStrictEqual(["main", "sluice_aside_0"])
    yield* Effect.exit(Effect.scoped(Effect.zipRight(fill, Effect.fail("no"))))
    const filled = yield* Deferred.make<void>()
    const filling = Effect.tap(fill, Deferred.succeed(filled, undefined))
    const fiber = yield* Effect.fork(Effect.scoped(Effect.zipRight(filling, db.beside(endless))))
    yield* Deferred.await(filled)
    yield* untilSuspended(fiber)
    yield* Fiber.interrupt(fiber)
    expect(yield* names(db)).toStrictEqual(["main"])
  })
)

it.scopedLive("more databases without a name than SQLite has room for wait for each other, and can be interrupted", () =>
  Effect.gen(function* () {
    const db = yield* client
    const one = Effect.scoped(Effect.zipRight(db.nameless, Effect.yieldNow()))
    yield* Effect.all(
      Array.from({ length: 20 }, () => one),
      { concurrency: "unbounded" }
    )
    const taken = yield* Deferred.make<void>()
    const all = Effect.zipRight(Effect.all(Array.from({ length: 8 }, () => db.nameless)), Deferred.succeed(taken, undefined))
    const eight = yield* Effect.fork(Effect.scoped(Effect.zipRight(all, Effect.never)))
    yield* Deferred.await(taken)
    const ninth = yield* Effect.fork(Effect.scoped(db.nameless))
    yield* untilSuspended(ninth)
    expect((yield* names(db)).length).toBe(9)
    yield* Fiber.interrupt(ninth)
    // VACUUM copies into its own database.
    yield* db.use(({ database }) => database.exec("VACUUM"))
    yield* Fiber.interrupt(eight)
    expect(yield* names(db)).toStrictEqual(["main"])
  })
)
