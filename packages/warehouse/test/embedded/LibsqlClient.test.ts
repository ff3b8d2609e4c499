import { readdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { SqlError } from "@effect/sql/SqlError"
import { expect, it } from "@effect/vitest"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Fault from "@sluice/warehouse/embedded/LibsqlFault"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as JumpingClock from "../../../../test/JumpingClock.ts"
import { untilSuspended } from "../contract/support.ts"
import { putsAside } from "./putsAside.ts"
import { temporaryDirectory } from "./stores.ts"

const client = (setup: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const path = join(yield* temporaryDirectory, "a.db")
    return yield* LibsqlClient.make({ path, setup: [...setup, "CREATE TABLE t (a TEXT PRIMARY KEY, b BLOB)"] })
  })

const thrownBy = (f: () => unknown): unknown => {
  try {
    return f()
  } catch (error) {
    return error
  }
}

const all = ({ sql }: LibsqlClient.LibsqlClient) =>
  Effect.map(sql<{ a: string }>`SELECT a FROM t ORDER BY a`, (rows) => rows.map(({ a }) => a))

it.scopedLive("statements of @effect/sql bind every kind of parameter, and none aborts the process", () =>
  Effect.gen(function* () {
    const { sql } = yield* client()
    const rows = yield* sql<
      Record<string, unknown>
    >`SELECT ${true} AS yes, ${null} AS none, ${12n} AS big, ${new Uint8Array([1, 2])} AS bytes, ${"x"} AS text`
    expect(rows).toStrictEqual([{ yes: 1, none: null, big: 12, bytes: new Uint8Array([1, 2]).buffer, text: "x" }])
    const refused = yield* Effect.flip(sql.unsafe("SELECT ?", [{ a: 1 }]))
    expect(refused).toBeInstanceOf(SqlError)
  })
)

it.scopedLive("a transaction is all or nothing", () =>
  Effect.gen(function* () {
    const db = yield* client()
    yield* Effect.exit(db.withTransaction(Effect.zipRight(db.sql`INSERT INTO t (a) VALUES ('lost')`, Effect.fail("no"))))
    yield* db.withTransaction(db.sql`INSERT INTO t (a) VALUES ('kept')`)
    expect(yield* all(db)).toStrictEqual(["kept"])
  })
)

it.scopedLive("a transaction inside of another is undone alone", () =>
  Effect.gen(function* () {
    const db = yield* client()
    yield* db.withTransaction(
      Effect.gen(function* () {
        yield* db.sql`INSERT INTO t (a) VALUES ('outer')`
        yield* Effect.exit(
          db.withTransaction(Effect.zipRight(db.sql`INSERT INTO t (a) VALUES ('inner')`, Effect.fail("no")))
        )
        yield* db.withTransaction(db.sql`INSERT INTO t (a) VALUES ('second')`)
      })
    )
    expect(yield* all(db)).toStrictEqual(["outer", "second"])
  })
)

it.scopedLive("an interrupted transaction is rolled back before the interruption ends, and others go on", () =>
  Effect.gen(function* () {
    const db = yield* client()
    const begun = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(
      db.withTransaction(
        Effect.all([db.sql`INSERT INTO t (a) VALUES ('lost')`, Deferred.succeed(begun, undefined), Effect.never])
      )
    )
    yield* Deferred.await(begun)
    yield* Fiber.interrupt(fiber)
    expect(yield* all(db)).toStrictEqual([])
  })
)

it.scopedLive("statements of other fibers wait for the transaction, and see all of it", () =>
  Effect.gen(function* () {
    const db = yield* client()
    const begun = yield* Deferred.make<void>()
    const go = yield* Deferred.make<void>()
    const writer = yield* Effect.fork(
      db.withTransaction(
        Effect.all([
          db.sql`INSERT INTO t (a) VALUES ('one')`,
          Deferred.succeed(begun, undefined),
          Deferred.await(go),
          db.sql`INSERT INTO t (a) VALUES ('two')`
        ])
      )
    )
    yield* Deferred.await(begun)
    const reader = yield* Effect.fork(all(db))
    yield* Effect.yieldNow()
    yield* Deferred.succeed(go, undefined)
    yield* Fiber.join(writer)
    expect(yield* Fiber.join(reader)).toStrictEqual(["one", "two"])
  })
)

it.scopedLive("transactions of two connections belong to each alone", () =>
  Effect.gen(function* () {
    const [one, two] = [yield* client(), yield* client()]
    yield* Effect.exit(
      one.withTransaction(Effect.zipRight(two.sql`INSERT INTO t (a) VALUES ('of two')`, Effect.fail("only one is undone")))
    )
    expect(yield* all(two)).toStrictEqual(["of two"])
  })
)

it.scopedLive("a full disk is told as one, the transaction is undone, and the connection goes on", () =>
  Effect.gen(function* () {
    const db = yield* client(["PRAGMA max_page_count = 8"])
    yield* db.sql`INSERT INTO t (a) VALUES ('before')`
    const filling = Effect.forEach(
      Array.from({ length: 100 }, (_, index) => `${index} ${"x".repeat(1_000)}`),
      (text) => db.sql`INSERT INTO t (a) VALUES (${text})`
    )
    const error = yield* Effect.flip(db.withTransaction(filling))
    expect(Fault.translate("fill it", error)).toMatchObject({
      reason: "DiskFull",
      detail:
        "there is no room left on the disk of the store (SQLITE_FULL). Free some space, then run it again; what was there before is unchanged."
    })
    expect(yield* all(db)).toStrictEqual(["before"])
  })
)

it.scopedLive("a driver that is of another system, or is not there, is told as one, and what to do", () =>
  Effect.gen(function* () {
    const file = join(yield* temporaryDirectory, "index.node")
    writeFileSync(file, "a binary of another system")
    const codes = [file, `${file}/missing`].map((path) => {
      const error = Fault.translate("open it", Fault.toSqlError(thrownBy(() => createRequire(import.meta.url)(path))))
      return [error.reason, error.detail.split(". ")[0]]
    })
    const what = (code: string) => `libSQL has no build for this system, or it is not installed (${code})`
    expect(codes).toStrictEqual([
      ["Misconfigured", what("ERR_DLOPEN_FAILED")],
      ["Misconfigured", what("MODULE_NOT_FOUND")]
    ])
  })
)

it.scopedLive("an error holds codes and names, and never a value, the SQL or the driver's error", () =>
  Effect.gen(function* () {
    const { sql } = yield* client()
    yield* sql`INSERT INTO t (a) VALUES ('canary')`
    const errors = yield* Effect.all([
      Effect.flip(sql`INSERT INTO t (a) VALUES (${"canary"})`),
      Effect.flip(sql`SELECT json_extract('{}', ${"canary"})`),
      Effect.flip(sql.unsafe("SELECT 'canary' FRM t")),
      Effect.flip(sql.unsafe("SELECT * FROM nowhere WHERE a = 'canary'"))
    ])
    expect(errors.map((error) => Fault.of(error)).map(({ code, subject }) => [code, subject])).toStrictEqual([
      ["SQLITE_CONSTRAINT_PRIMARYKEY", "t.a"],
      ["SQLITE_ERROR", ""],
      ["SQLITE_ERROR", "a syntax error near t"],
      ["SQLITE_ERROR", "no such table: nowhere"]
    ])
    expect(errors.every((error) => !JSON.stringify([error, error.cause, error.message]).includes("canary"))).toBe(true)
  })
)

it.scopedLive("a connection is closed with its scope, its open transaction undone", () =>
  Effect.gen(function* () {
    const path = join(yield* temporaryDirectory, "a.db")
    yield* Effect.scoped(
      Effect.flatMap(LibsqlClient.make({ path }), (db) =>
        db.use(({ database }) => database.exec("CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1)"))
      )
    )
    const again = yield* LibsqlClient.make({ path, patience: 0 })
    const exit = yield* Effect.exit(again.withTransaction(again.sql`SELECT COUNT(*) AS n FROM t`))
    expect(exit).toStrictEqual(Exit.succeed([{ n: 0 }]))
  })
)

// In a temporary file, sorted rows, statement journals and VACUUM's copy would be plain text outside of the store's directory.
it.scopedLive("what SQLite puts aside stays in memory", () =>
  Effect.gen(function* () {
    const { sql } = yield* client()
    const options = yield* sql<{ compile_options: string }>`PRAGMA compile_options`
    const [setting] = yield* sql<{ temp_store: number }>`PRAGMA temp_store`
    // With 0, a build has no choice; 2 is the setting for memory.
    const refused = options.filter(({ compile_options }) => compile_options === "TEMP_STORE=0")
    expect([refused, setting?.temp_store]).toStrictEqual([[], 2])
  })
)

it.scopedLive("a transaction that may puts rows aside in files of the directory that it was given, and no other does", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const db = yield* client([`PRAGMA temp_store_directory = '${directory}'`])
    yield* db.sql`INSERT INTO t SELECT value, printf('%.*c', 400, 'x') FROM generate_series(1, 20000)`
    const sort = db.use((session) => session.run("CREATE INDEX sorted ON t (b, a)", []))
    const undone = Effect.ignore(db.withTransaction(Effect.zipRight(sort, Effect.fail("no")), { aside: "file" }))
    expect(yield* putsAside(directory, undone)).toBe(true)
    expect(yield* putsAside(directory, db.withTransaction(sort))).toBe(false)
    yield* db.sql`DROP INDEX sorted`
    expect(yield* putsAside(directory, db.withTransaction(sort, { aside: "file" }))).toBe(true)
    expect(readdirSync(directory)).toStrictEqual([])
  })
)

// Regression: its wait was measured by the machine's clock, which can be set.
it.scopedLive(
  "a statement waits for another connection as long as it has patience, though the clock is set an hour on",
  () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, "a.db")
      const clock = yield* JumpingClock.make
      const [one, two] = yield* Effect.all([
        LibsqlClient.make({ path, setup: ["CREATE TABLE t (a TEXT)"] }),
        LibsqlClient.make({ path, patience: "10 seconds" })
      ])
      const [inserted, holding] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const held = yield* Effect.fork(
        one.withTransaction(
          Effect.zipRight(
            Effect.zipRight(one.sql`INSERT INTO t VALUES ('x')`, Deferred.succeed(inserted, undefined)),
            Deferred.await(holding)
          )
        )
      )
      yield* Deferred.await(inserted)
      const waiting = yield* Effect.fork(clock.with(two.withTransaction(two.sql`INSERT INTO t VALUES ('y')`)))
      yield* untilSuspended(waiting)
      clock.jump(3_600_000)
      // It retries at least once after the jump.
      yield* Effect.sleep("200 millis")
      yield* Deferred.succeed(holding, undefined)
      yield* Fiber.join(held)
      expect(Exit.isSuccess(yield* Fiber.await(waiting))).toBe(true)
    })
)
