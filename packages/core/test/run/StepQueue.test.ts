import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import { nodesOf, type StepNode } from "@sluice/core/run/StepNode"
import * as StepQueue from "@sluice/core/run/StepQueue"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { holds, planOf } from "../support.ts"

/** One node for each pool given; undefined is a step without a pool. */
const nodesIn = (pools: ReadonlyArray<string | undefined>) =>
  Effect.map(Clock.clockWith(Effect.succeed), (clock) => {
    const assets = pools.map((pool, i) =>
      Asset.make(`n${i}`, { ...(pool === undefined ? {} : { pool }), materialize: () => Effect.void })
    )
    return nodesOf(planOf(Either.getOrThrow(AssetGraph.fromAssets(assets))), clock)
  })

const namesOf = (nodes: ReadonlyArray<StepNode>) => nodes.map(({ asset }) => asset.name)

/** Enough turns of the scheduler for all that can start to have started. */
const settled = Effect.repeatN(Effect.yieldNow(), 30)

/** A queue whose steps run until `finish` is called with them. */
const opened = Effect.fnUntraced(function* (concurrency: number, pools: Readonly<Record<string, number>>) {
  const started: Array<StepNode> = []
  const running = new Set<StepNode>()
  const ends = new Map<StepNode, Effect.Latch>()
  const start: StepQueue.Offer["start"] = (node, leave) =>
    Effect.suspend(() => {
      const end = Effect.unsafeMakeLatch(false)
      ends.set(node, end)
      started.push(node)
      running.add(node)
      return Effect.zipRight(Effect.interruptible(end.await), leave)
    })
  const queue = yield* StepQueue.make({ concurrency, pools })
  const offer = (node: StepNode, takesPlace = true) => queue.offer(node, { takesPlace, start })
  const fiber = yield* Effect.fork(queue.run)
  const finish = (node: StepNode) => {
    running.delete(node)
    node.state = "ended"
    ends.get(node)?.unsafeOpen()
    return settled
  }
  return { offer, started, running, finish, close: Fiber.interrupt(fiber) }
})

const pool = FastCheck.constantFrom(undefined, "one", "two")

it("never more steps run than there are places, no place stays empty while a step waits, and each line is in order", () =>
  holds(
    FastCheck.tuple(
      FastCheck.integer({ min: 1, max: 4 }),
      FastCheck.array(pool, { minLength: 1, maxLength: 12 }),
      FastCheck.array(FastCheck.nat(11), { minLength: 12, maxLength: 12 })
    ),
    ([concurrency, pools, order]) =>
      Effect.gen(function* () {
        const limits = { one: 1, two: 2 }
        const nodes = yield* nodesIn(pools)
        const { close, finish, offer, running, started } = yield* opened(concurrency, limits)
        for (const node of nodes) offer(node)
        yield* settled
        for (let turn = 0; started.length < nodes.length || running.size > 0; turn++) {
          const inPool = (name: string) => [...running].filter(({ asset }) => asset.pool === name).length
          expect(running.size).toBeLessThanOrEqual(concurrency)
          expect(inPool("one")).toBeLessThanOrEqual(limits.one)
          expect(inPool("two")).toBeLessThanOrEqual(limits.two)
          const waits = nodes.filter(({ state }) => state === "queued")
          const couldStart = waits.filter(({ asset: { pool } }) =>
            pool === "one" ? inPool(pool) < limits.one : pool === "two" ? inPool(pool) < limits.two : true
          )
          if (couldStart.length > 0) expect(running.size).toBe(concurrency)
          const all = [...running]
          const done = all[(order[turn % order.length] ?? 0) % all.length]
          if (done !== undefined) yield* finish(done)
        }
        for (const name of [undefined, "one", "two"]) {
          const ofPool = (some: ReadonlyArray<StepNode>) => namesOf(some.filter(({ asset }) => asset.pool === name))
          expect(ofPool(started)).toStrictEqual(ofPool(nodes))
        }
        yield* close
      }).pipe(Effect.scoped)
  ))

it.effect("a step that no longer waits when its turn comes is passed over, and gives its places to the next", () =>
  Effect.gen(function* () {
    const [first, second, third] = yield* nodesIn([undefined, undefined, undefined])
    if (first === undefined || second === undefined || third === undefined)
      return expect.unreachable("three nodes were asked for")
    const { close, finish, offer, started } = yield* opened(1, {})
    for (const node of [first, second, third]) offer(node)
    yield* settled
    second.state = "waiting"
    yield* finish(first)
    expect([namesOf(started), second.state]).toStrictEqual([["n0", "n2"], "waiting"])
    offer(second)
    yield* finish(third)
    expect(namesOf(started)).toStrictEqual(["n0", "n2", "n1"])
    yield* close
  })
)

it.effect("a step that takes no place starts while all places are taken", () =>
  Effect.gen(function* () {
    const [first, second] = yield* nodesIn([undefined, undefined])
    if (first === undefined || second === undefined) return expect.unreachable("two nodes were asked for")
    const { close, offer, started } = yield* opened(1, {})
    offer(first)
    offer(second, false)
    yield* settled
    expect(namesOf(started).sort()).toStrictEqual(["n0", "n1"])
    yield* close
  })
)
