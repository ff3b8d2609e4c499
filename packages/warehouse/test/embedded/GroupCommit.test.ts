import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as GroupCommit from "@sluice/warehouse/embedded/GroupCommit"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { untilSuspended } from "../contract/support.ts"
import { temporaryDirectory } from "./stores.ts"

/** A file with a table of numbers, and a group that counts its transactions. */
const opened = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const client = yield* LibsqlClient.make({
    path: join(directory, "numbers.db"),
    setup: ["CREATE TABLE numbers (n INTEGER PRIMARY KEY)"]
  })
  const transactions = { count: 0 }
  const group = GroupCommit.make(
    client,
    Effect.sync(() => ++transactions.count)
  )
  const insert = (n: number) => client.use((session) => session.run("INSERT INTO numbers VALUES (?)", [n]))
  const numbers = client.use((session) => session.values("SELECT n FROM numbers ORDER BY n", []).map(([n]) => Number(n)))
  return { client, group, insert, numbers, transactions }
})

/** Holds a transaction of the group open, so that the writes that follow wait for the next one. */
const holding = (group: GroupCommit.GroupCommit<number, never>) =>
  Effect.gen(function* () {
    const [begun, release] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const fiber = yield* Effect.fork(group.run(Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(release))))
    yield* Deferred.await(begun)
    return Effect.zipRight(Deferred.succeed(release, undefined), Fiber.join(fiber))
  })

it.scopedLive("writes that come during a transaction share the next one, and each has its own result", () =>
  Effect.gen(function* () {
    const { group, insert, numbers, transactions } = yield* opened
    const release = yield* holding(group)
    expect(group.seen()).toBe(1)
    const writes = [1, 2, 2, 3].map((n) => Effect.as(group.run(insert(n)), n))
    const fiber = yield* Effect.fork(Effect.forEach(writes, Effect.exit, { concurrency: "unbounded" }))
    yield* untilSuspended(fiber)
    yield* release
    const results = yield* Fiber.join(fiber)
    expect(results.map((result) => (Exit.isSuccess(result) ? result.value : "failed"))).toStrictEqual([1, 2, "failed", 3])
    expect([yield* numbers, transactions.count, group.seen()]).toStrictEqual([[1, 2, 3], 2, undefined])
  })
)

it.scopedLive("writers that each go on to the next write are all committed, several in a transaction", () =>
  Effect.gen(function* () {
    const { group, insert, numbers, transactions } = yield* opened
    const writer = (at: number) =>
      Effect.forEach(
        Array.from({ length: 50 }, (_, by) => at * 50 + by),
        (n) => group.run(insert(n)),
        { discard: true }
      )
    yield* Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7], writer, { concurrency: "unbounded", discard: true })
    expect(yield* numbers).toStrictEqual(Array.from({ length: 400 }, (_, n) => n))
    expect(transactions.count).toBeLessThan(100)
  })
)

it.scopedLive("an interrupted write is undone, and the others of its transaction are committed", () =>
  Effect.gen(function* () {
    const { group, insert, numbers } = yield* opened
    const release = yield* holding(group)
    const reached = yield* Deferred.make<void>()
    const stuck = Effect.zipRight(insert(2), Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never))
    const [first, second, third, waiting] = yield* Effect.forEach([insert(1), stuck, insert(3), insert(4)], (write) =>
      Effect.tap(Effect.fork(group.run(write)), untilSuspended)
    )
    if (first === undefined || second === undefined || third === undefined || waiting === undefined) return expect.fail()
    yield* Fiber.interrupt(waiting)
    yield* release
    yield* Deferred.await(reached)
    const interrupted = yield* Fiber.interrupt(second)
    yield* Effect.all([Fiber.join(first), Fiber.join(third)])
    expect(Exit.isInterrupted(interrupted)).toBe(true)
    expect(yield* numbers).toStrictEqual([1, 3])
    yield* group.run(insert(5))
    expect(yield* numbers).toStrictEqual([1, 3, 5])
  })
)

it.scopedLive("if the transaction is undone in the middle, all of its writes fail and none is there", () =>
  Effect.gen(function* () {
    const { client, group, insert, numbers } = yield* opened
    const release = yield* holding(group)
    // As a full disk does.
    const undo = client.use(({ database }) => database.exec("ROLLBACK"))
    const writes = [insert(1), undo, insert(2)].map((write) => Effect.exit(group.run(write)))
    const fiber = yield* Effect.fork(Effect.all(writes, { concurrency: "unbounded" }))
    yield* untilSuspended(fiber)
    yield* release
    const results = yield* Fiber.join(fiber)
    expect([results.map(Exit.isFailure), yield* numbers]).toStrictEqual([[true, true, true], []])
    yield* group.run(insert(9))
    expect(yield* numbers).toStrictEqual([9])
  })
)
