import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type { StepNode } from "./StepNode.ts"

/** Steps that are ready to run. Each starts when its places are free, in the order in which they became ready. */
export interface StepQueue {
  /** Puts a step in line. */
  readonly offer: (node: StepNode, options: Offer) => void
  /**
   * Runs queued steps, and never ends. Interrupting it interrupts them. A step that is no longer `queued` when its turn comes is
   * passed over.
   */
  readonly run: Effect.Effect<void>
}

/** How a step in line starts. */
export interface Offer {
  /** A step that takes no place waits for nobody. */
  readonly takesPlace: boolean
  /** Runs the step. It is started where nothing can be interrupted, and calls `leave` to give its places back. */
  readonly start: (node: StepNode, leave: Effect.Effect<void>) => Effect.Effect<void>
}

/**
 * A queue for `concurrency` steps at once, and for as many of a pool as `pools` says. A step takes a place of its pool first, and
 * then one of the run.
 *
 * Each line has one fiber, which alone waits for the line's places. A semaphore of Effect 3.22 wakes all who wait at each
 * release: with a fiber for each of 10,000 waiting steps, a release would cost 10,000 turns.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
}) {
  const places = yield* Effect.makeSemaphore(options.concurrency)
  const line = Effect.fnUntraced(function* (...limits: ReadonlyArray<Effect.Semaphore>) {
    const ready = yield* Mailbox.make<readonly [StepNode, Offer]>()
    const enter = Effect.forEach(limits, (limit) => limit.take(1), { discard: true })
    const leave = Effect.forEach(limits, (limit) => limit.release(1), { discard: true })
    const started = (node: StepNode, { start }: Offer) =>
      Effect.withFiberRuntime<void>((fiber) => {
        if (node.state !== "queued") return leave
        node.state = "running"
        node.fiber = fiber
        fiber.addObserver(() => {
          if (node.fiber === fiber) node.fiber = undefined
        })
        return start(node, leave)
      })
    const next = Effect.flatMap(Effect.zipLeft(Effect.orDie(ready.take), enter), ([node, offer]) =>
      Effect.uninterruptible(Effect.fork(started(node, offer)))
    )
    return { ready, run: Effect.forever(next) }
  })
  const unlimited = yield* line()
  const others = yield* line(places)
  const pools = new Map<string | undefined, typeof others>()
  for (const [pool, limit] of Object.entries(options.pools)) {
    pools.set(pool, yield* line(yield* Effect.makeSemaphore(limit), places))
  }
  const queue: StepQueue = {
    offer: (node, offer) => {
      node.state = "queued"
      const { ready } = offer.takesPlace ? (pools.get(node.asset.pool) ?? others) : unlimited
      ready.unsafeOffer([node, offer])
    },
    run: Effect.forEach([unlimited, others, ...pools.values()], ({ run }) => run, {
      concurrency: "unbounded",
      discard: true
    })
  }
  return queue
})
