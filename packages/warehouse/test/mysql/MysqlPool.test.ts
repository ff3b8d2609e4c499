import { connect, createServer, type Socket } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { RunStore } from "@sluice/core/run/RunStore"
import * as MysqlPool from "@sluice/warehouse/mysql/MysqlPool"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { untilSuspended } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Readings, readings } from "./tables.ts"

/** A proxy to a server, which can be closed with all its connections, and opened again. */
const doorTo = (to: number) =>
  Effect.gen(function* () {
    const through = new Set<Socket>()
    const server = createServer((from) => {
      const onwards = connect(to, "127.0.0.1")
      for (const socket of [from, onwards]) {
        through.add(socket)
        socket.on("error", () => socket.destroy()).on("close", () => through.delete(socket))
      }
      from.pipe(onwards).pipe(from)
    })
    const listen = (port: number) =>
      Effect.async<void>((resume) => void server.listen(port, "127.0.0.1", () => resume(Effect.void)))
    const close = Effect.async<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of through) socket.destroy()
    })
    yield* Effect.acquireRelease(listen(0), () => close)
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { port, close, open: listen(port) }
  })

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`MysqlPool on ${flavour}`, () => {
    const open = Effect.gen(function* () {
      const database = yield* databases.make(flavour)
      const pool = yield* MysqlPool.make({ url: database.url, connections: 2, lockWait: "1 second" })
      return { database, pool, sql: pool.sql }
    })

    it.scopedLive("has every connection in UTC, strict, and waiting no longer than it may", () =>
      Effect.gen(function* () {
        const { sql } = yield* open
        const ask = sql.unsafe(
          "SELECT SLEEP(0.05) AS slept, @@time_zone AS zone, @@sql_mode LIKE '%STRICT_ALL_TABLES%' AS strict_mode, @@lock_wait_timeout AS wait"
        )
        const expected = { slept: 0, zone: "+00:00", strict_mode: 1, wait: 1 }
        expect((yield* Effect.all([ask, ask, ask], { concurrency: 3 })).flat()).toEqual([expected, expected, expected])
      })
    )

    it.scopedLive(
      "tells a connection that is lost in a transaction as an error, not a defect, and goes on with another",
      () =>
        Effect.gen(function* () {
          const { database, sql } = yield* open
          const lost = sql.withTransaction(Effect.zipRight(databases.killAll(database), sql.unsafe("SELECT 1")))
          const error = yield* Effect.flip(lost)
          expect([error._tag, error.cause]).toEqual(["SqlError", expect.objectContaining({ fatal: true })])
          const lostAtCommit = yield* Effect.exit(
            sql.withTransaction(Effect.zipRight(sql.unsafe("SELECT 1"), databases.killAll(database)))
          )
          expect(Exit.isFailure(lostAtCommit) && Cause.failureOption(lostAtCommit.cause)._tag).toBe("Some")
          expect(yield* sql.unsafe("SELECT 1 AS one")).toEqual([{ one: 1 }])
        })
    )

    // If a connection is unavailable, @effect/sql leaves the transaction's scope open. Each took a place in the pool, until
    // later ones waited for ever.
    it.scopedLive("refuses every transaction while no connection is to be had, and has its places again afterwards", () =>
      Effect.gen(function* () {
        const { url } = yield* databases.make(flavour)
        const door = yield* doorTo(url.port)
        const { sql } = yield* MysqlPool.make({ url: { ...url, port: door.port }, connections: 2, lockWait: "1 second" })
        const transaction = Effect.either(sql.withTransaction(sql.unsafe("SELECT 1 AS one")))
        yield* door.close
        const refused = yield* Effect.all(Array.from({ length: 6 }, () => transaction))
        expect(refused.map(Either.isLeft)).toEqual(refused.map(() => true))
        yield* door.open
        expect(yield* Effect.all([transaction, transaction, transaction], { concurrency: 3 })).toEqual(
          [1, 2, 3].map(() => Either.right([{ one: 1 }]))
        )
      }).pipe(Effect.timeout("20 seconds"))
    )

    it.scopedLive("stops on the server what is interrupted, and can use the connection again at once", () =>
      Effect.gen(function* () {
        const { pool, sql } = yield* open
        const session = yield* pool.reserve
        const id = "SELECT CONNECTION_ID() AS id"
        const [before] = yield* session.connection.execute(id, [], undefined)
        const sleeping = yield* Effect.fork(session.connection.execute("SELECT SLEEP(60)", [], undefined))
        const running = sql.unsafe(
          `SELECT id FROM information_schema.processlist WHERE id = ${before["id"]} AND info LIKE 'SELECT SLEEP%'`
        )
        yield* Effect.repeat(running, { until: (rows) => rows.length === 1 })
        yield* Fiber.interrupt(sleeping)
        expect((yield* session.connection.execute(id, [], undefined))[0]).toEqual(before)
        expect(yield* running).toEqual([])
      })
    )

    it.scopedLive("lets whoever waits for a free connection be interrupted", () =>
      Effect.gen(function* () {
        const { pool, sql } = yield* open
        yield* pool.reserve
        yield* pool.reserve
        const waiting = yield* Effect.fork(sql.unsafe("SELECT 1"))
        yield* untilSuspended(waiting)
        expect(Exit.isInterrupted(yield* Fiber.interrupt(waiting))).toBe(true)
      })
    )

    it.scopedLive("shows no value in an error or in a span, only the driver's codes", () =>
      Effect.gen(function* () {
        const { sql } = yield* open
        const canary = "canary-5e1f"
        const spans: Array<unknown> = []
        const tracer = Tracer.make({
          context: (f) => f(),
          span: (name, parent, context, links, startTime, kind) => {
            const attributes = new Map<string, unknown>()
            const span: Tracer.Span = {
              _tag: "Span",
              name,
              parent,
              context,
              links: [...links],
              kind,
              attributes,
              spanId: "s",
              traceId: "t",
              sampled: true,
              status: { _tag: "Started", startTime },
              end: (_, exit) => spans.push(name, [...attributes], Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""),
              attribute: (key, value) => void attributes.set(key, value),
              event: (event, _, values) => spans.push(event, values),
              addLinks: () => {}
            }
            return span
          }
        })
        yield* sql.unsafe("CREATE TABLE canaries (id VARCHAR(20) PRIMARY KEY)")
        yield* sql`INSERT INTO canaries VALUES (${canary})`
        const error = yield* Effect.flip(Effect.withTracer(sql`INSERT INTO canaries VALUES (${canary})`, tracer))
        expect(error.cause).toEqual({ code: "ER_DUP_ENTRY", errno: 1062, fatal: false })
        expect(JSON.stringify([error, error.message, error.stack])).not.toContain(canary)
        expect(spans.length).toBeGreaterThan(0)
        expect(JSON.stringify(spans)).not.toContain(canary)
      })
    )

    // Of the sixteen connections for loads, publishes leave one for the tables that they read.
    it.live("writes the run history while every connection for publishes is taken", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const store = yield* RunStore
        const loading = yield* Effect.forEach(
          Array.from({ length: 15 }, (_, n) => n),
          (n) =>
            Effect.gen(function* () {
              const reached = yield* Deferred.make<void>()
              const stalled = Stream.concat(
                Stream.make(readings(1_500, 1)),
                Stream.drain(Stream.fromEffect(Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)))
              )
              const fiber = yield* Effect.fork(
                step(warehouse.publish({ ...Readings, name: `readings_${n}` }, Dataset.fromChunks(stalled)))
              )
              yield* Deferred.await(reached)
              return fiber
            }),
          { concurrency: "unbounded" }
        )
        const event = {
          _tag: "RunConcluded",
          runId: "r",
          at: "2024-03-01T09:30:00.000Z",
          status: "succeeded",
          durationMillis: 1
        } as const
        yield* store.append([event])
        expect(yield* store.events("r")).toEqual([event])
        yield* Fiber.interruptAll(loading)
      }).pipe(Effect.provide(databases.layer(flavour)))
    )
  })
}
