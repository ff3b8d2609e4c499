import { describe, expect, it } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import * as InfileText from "@sluice/warehouse/mysql/InfileText"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { flavours, isAvailable, startOwn } from "../../../../test/servers/TestServers.ts"
import * as Arbitraries from "../contract/arbitraries.ts"
import { Everything, recordingStep } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { recorded, step } from "./steps.ts"
import { Readings, readings, spec } from "./tables.ts"

const readAll = Effect.flatMap(WarehouseReader, (reader) =>
  Effect.map(Stream.runCollect(reader.read(Readings)), (pages) => Chunk.toReadonlyArray(pages).flat())
)

const publish = (rows: ReturnType<typeof readings>) =>
  Effect.flatMap(Warehouse, (warehouse) => recorded(warehouse.publish(Readings, Dataset.fromArray(rows))))

const textOf = (rows: ReadonlyArray<ReadonlyArray<InfileText.Cell>>) => {
  const writer = new InfileText.Writer()
  for (const row of rows) {
    row.forEach((cell, index) => {
      if (cell === null) writer.null()
      else writer.text(cell)
      writer.endCell(index === row.length - 1)
    })
  }
  return writer.take()
}

describe("InfileText", () => {
  it("escapes text where it would end a cell or a row, and tells NULL apart from every text", () => {
    const rows = [
      ["a\tb", "c\nd", "1"],
      [null, "\\N", ""],
      ["NUL\0\r😀", "-0.5", "\\"]
    ]
    expect(Buffer.from(textOf(rows)).toString()).toBe("a\\tb\tc\\nd\t1\n\\N\t\\\\N\t\nNUL\\0\\r😀\t-0.5\t\\\\\n")
  })

  /** Characters of each length in UTF-8, and halves of pairs, which sometimes form a pair. */
  const unit = FastCheck.constantFrom("a", "é", "€", "\uffff", "😀", "\ud83d", "\ude00")
  const cell = FastCheck.oneof(
    FastCheck.constantFrom(null, "", "\\", "\\N", "\t\n\r\0", "\ufefffirst", "é€😀\uffff"),
    FastCheck.string({ unit: "binary", size: "large" })
  )
  const rows = FastCheck.integer({ min: 1, max: 4 }).chain((width) =>
    FastCheck.array(FastCheck.array(cell, { minLength: width, maxLength: width }))
  )

  it.prop("rows are read from a text as they were written", [rows], ([rows]) => {
    expect(InfileText.rows(textOf(rows))).toEqual(rows)
  })

  it.prop("well-formed text is written in UTF-8, and what is not is refused", [FastCheck.string({ unit })], ([text]) => {
    const writer = new InfileText.Writer()
    const isWritten = writer.text(text)
    expect(isWritten).toBe(!/\p{Surrogate}/u.test(text))
    if (isWritten) expect(Buffer.from(writer.take()).toString()).toBe(text)
  })

  it("writes long text whole, whatever its characters take", () => {
    const long = ["a", "\t", "é", "€", "😀"].map((character) => [character.repeat(100_000)])
    expect(InfileText.rows(textOf(long))).toEqual(long)
  })

  it.prop(
    "packets are all of a text, and none is larger than half of what the server accepts",
    [FastCheck.uint8Array({ size: "large" }), FastCheck.integer({ min: 2, max: 300 })],
    ([text, maxPacket]) => {
      const packets = [...InfileText.packets(text, maxPacket)]
      expect(new Uint8Array(Buffer.concat(packets))).toEqual(text)
      expect(packets.filter(({ length }) => length > maxPacket / 2)).toEqual([])
    }
  )
})

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`InfileLoader on ${flavour}`, () => {
    const inDatabase = <A, E>(test: (database: databases.Database) => Effect.Effect<A, E, WarehousePorts>) =>
      Effect.flatMap(databases.make(flavour, spec), (database) =>
        Effect.provide(test(database), databases.stores(database, { lockWait: "1 second" }))
      )

    // Rows of an undone LOAD DATA are sent by INSERTs of a thousand, so a wrong escape would only be slow.
    it.live("stores whatever text, number or time without the help of an INSERT", () =>
      inDatabase(() =>
        Effect.gen(function* () {
          const random = FastCheck.sample(Arbitraries.rows, { numRuns: 80, seed: 11 }).flat()
          const rows = [...Arbitraries.edgeRows, ...random].map((row, position) => ({ ...row, id: "a", position }))
          expect(rows.length).toBeGreaterThan(1_000)
          const { recorded, service } = recordingStep()
          const warehouse = yield* Warehouse
          const reader = yield* WarehouseReader
          yield* Effect.provideService(warehouse.publish(Everything, Dataset.fromArray(rows)), StepContext, service)
          expect(recorded.progress).toEqual([rows.length])
          const pages = Chunk.toReadonlyArray(yield* Stream.runCollect(reader.read(Everything)))
          expect(pages.flat()).toStrictEqual(rows)
        })
      )
    )

    it.live("fills a table over two connections at once, every row exactly once", () =>
      inDatabase((database) =>
        Effect.gen(function* () {
          const rows = readings(60_000, 1)
          const publishing = yield* Effect.fork(publish(rows))
          const most = yield* databases
            .asAdmin(
              database,
              `SELECT COUNT(*) FROM information_schema.processlist WHERE user = '${database.url.user}' AND info LIKE 'LOAD DATA%'`
            )
            .pipe(
              Effect.map(([count]) => Number(count?.[0])),
              Effect.repeat({ until: (running) => running >= 2 }),
              Effect.timeout("20 seconds")
            )
          const { metadata, rows: progress } = yield* Fiber.join(publishing)
          expect([most, metadata, progress]).toEqual([2, { rows: 60_000, loaded_by: "LOAD DATA LOCAL INFILE" }, 60_000])
          expect(yield* readAll).toEqual(rows)
        })
      )
    )

    it.live("refuses a key that comes again in another statement, and leaves no transaction open", () =>
      inDatabase((database) =>
        Effect.gen(function* () {
          yield* publish(readings(3, 1))
          const twice = [
            ...readings(25_000, 2),
            ...readings(2, 2),
            ...readings(5_000, 2).map((row) => ({ ...row, id: `x${row.id}` }))
          ]
          const failed = yield* Effect.flip(publish(twice))
          expect(failed).toMatchObject({ _tag: "WarehouseFailed", reason: "RowRejected" })
          expect(failed.message).toContain("ER_DUP_ENTRY")
          const open = yield* databases.asAdmin(
            database,
            `SELECT t.trx_state FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.user = '${database.url.user}'`
          )
          expect([open, yield* readAll]).toEqual([[], readings(3, 1)])
        })
      )
    )

    it.live("tells a lock that another holds on the table for too long as such, and a try later succeeds", () =>
      inDatabase((database) =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const scope = yield* Scope.make()
          const another = DirectConnection.open({ ...database.admin, database: database.url.database })
          const locked = Effect.gen(function* () {
            const [[staging] = []] = yield* databases.asAdmin(database, "SHOW TABLES LIKE '%staging%'")
            const { query } = yield* Scope.extend(another, scope)
            yield* query(`LOCK TABLES ${staging} READ`)
          })
          const rows = Stream.concat(Stream.drain(Stream.fromEffect(locked)), Stream.make(readings(10_001, 1)))
          const failed = yield* Effect.flip(step(warehouse.publish(Readings, Dataset.fromChunks(Stream.orDie(rows)))))
          expect(failed).toMatchObject({ _tag: "WarehouseFailed", reason: "Conflict", retryable: true })
          yield* Scope.close(scope, Exit.void)
          yield* Effect.retry(publish(readings(2, 2)), { times: 5 })
          expect(yield* readAll).toEqual(readings(2, 2))
        })
      )
    )

    it.live("tells a connection that is lost while statements run as such", () =>
      inDatabase((database) =>
        Effect.gen(function* () {
          yield* publish(readings(3, 1))
          const publishing = yield* Effect.fork(Effect.flip(publish(readings(300_000, 2))))
          yield* databases
            .asAdmin(
              database,
              `SELECT 1 FROM information_schema.processlist WHERE user = '${database.url.user}' AND info LIKE 'LOAD DATA%'`
            )
            .pipe(Effect.repeat({ until: (running) => running.length > 0 }))
          yield* databases.killAll(database)
          expect(yield* Fiber.join(publishing)).toMatchObject({ reason: "Unreachable", retryable: true })
          expect(yield* readAll).toEqual(readings(3, 1))
          expect(yield* databases.asAdmin(database, "SHOW TABLES LIKE '%staging%'")).toEqual([])
        })
      )
    )

    it.live("goes on by INSERT when the server turns local_infile off, and says what it used", () =>
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startOwn(flavour)),
          (running) => Effect.promise(() => running.stop())
        )
        const database = databases.on(server.port)
        yield* databases.provision(database, spec)
        const way = Effect.flatMap(Warehouse, ({ loading }) => loading)
        const told = Effect.gen(function* () {
          const { metadata } = yield* publish(readings(25_000, 2))
          return [metadata, yield* readAll]
        })
        const byInsert = [{ rows: 25_000, loaded_by: "INSERT" }, readings(25_000, 2)]
        yield* Effect.provide(
          Effect.gen(function* () {
            expect(yield* way).toEqual({ by: "LOAD DATA LOCAL INFILE", slower: undefined })
            yield* databases.asAdmin(database, "SET GLOBAL local_infile = OFF")
            expect(yield* told).toEqual(byInsert)
          }),
          databases.stores(database)
        )
        yield* Effect.provide(
          Effect.gen(function* () {
            expect(yield* way).toEqual({ by: "INSERT", slower: expect.stringContaining("SET GLOBAL local_infile = ON") })
            expect(yield* told).toEqual(byInsert)
          }),
          databases.stores(database)
        )
      }).pipe(Effect.scoped)
    )
  })
}
