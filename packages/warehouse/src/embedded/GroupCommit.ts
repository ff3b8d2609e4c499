import type { SqlError } from "@effect/sql/SqlError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type { LibsqlClient } from "./LibsqlClient.ts"

/**
 * Commits several small writes in one transaction. A commit waits for the disk, which takes longer than the rows of a small
 * partition. So writes that arrive during a commit wait, and the next transaction has them all.
 *
 * Each of them is a savepoint: if one fails or is interrupted, the others are not affected. All of them fail if the commit fails. A
 * write ends when its transaction has ended.
 */
export interface GroupCommit<out S, out E> {
  readonly run: <A, E1, R>(write: Effect.Effect<A, E1, R>) => Effect.Effect<A, E1 | E | SqlError, R>
  /** What was read at the beginning of the transaction that is open now. No other process can change it meanwhile. */
  readonly seen: () => S | undefined
}

/** `begin` runs once at the beginning of each transaction. */
export const make = <S, E>(client: LibsqlClient, begin: Effect.Effect<S, E>): GroupCommit<S, E> => {
  let seen: S | undefined
  const transaction = <A, E1, R>(writes: Effect.Effect<A, E1, R>) => {
    const begun = Effect.map(begin, (found) => {
      seen = found
    })
    return Effect.ensuring(
      client.withTransaction(Effect.zipRight(begun, writes)),
      Effect.sync(() => {
        seen = undefined
      })
    )
  }
  const waiting: Array<Waiting<E | SqlError>> = []
  const turns = Effect.unsafeMakeSemaphore(1)
  /** The number of writes in the last transaction. */
  let last = 1
  /** Whether a fiber commits those that wait, until none is left. One is enough: each that waits for its turn is woken at each. */
  let isCommitting = false

  /** Runs the writes that wait in one transaction. */
  const commitWaiting = Effect.suspend(() => {
    const group = waiting.splice(0, mostAtOnce)
    if (group.length === 0) return Effect.void
    last = group.length
    const writes = Effect.gen(function* () {
      for (const write of group) {
        yield* write.begin
        // A full disk undoes the whole transaction. What follows would be outside of it.
        if (!(yield* client.use(({ database }) => database.inTransaction))) return
      }
    })
    return Effect.flatMap(Effect.exit(transaction(writes)), (exit) =>
      Effect.forEach(group, (write) => write.end(exit), { discard: true })
    )
  })

  /** The writes that have just ended have their turn first, since their writers may bring the next ones. */
  const commitAll = Effect.repeat(turns.withPermits(1)(Effect.zipRight(Effect.yieldNow(), commitWaiting)), {
    while: () => {
      isCommitting = waiting.length > 0
      return isCommitting
    }
  })

  const inGroup = <A, E1, R>(write: Effect.Effect<A, E1, R>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const context = yield* Effect.context<R>()
        const outcome = yield* Deferred.make<A, E1 | E | SqlError>()
        const state: State<A, E1 | SqlError> = { withdrawn: false, running: undefined, result: undefined }
        const one: Waiting<E | SqlError> = {
          begin: Effect.suspend(() => {
            if (state.withdrawn) return Effect.void
            const saved = Effect.interruptible(client.withTransaction(Effect.provide(write, context)))
            return Effect.flatMap(Effect.fork(saved), (running) => {
              state.running = running
              return Effect.map(Fiber.await(running), (result) => {
                state.result = result
              })
            })
          }),
          end: (committed) => Deferred.done(outcome, outcomeOf(state.result, committed))
        }
        waiting.push(one)
        // Any of the waiting writes may commit the others. It goes on if its own is interrupted.
        if (!isCommitting) {
          isCommitting = true
          yield* Effect.forkDaemon(commitAll)
        }
        const withdraw = Effect.suspend(() => {
          state.withdrawn = true
          return state.running === undefined
            ? Effect.void
            : Effect.zipRight(Fiber.interrupt(state.running), Effect.exit(Deferred.await(outcome)))
        })
        return yield* Effect.onInterrupt(restore(Deferred.await(outcome)), () => withdraw)
      })
    )

  return {
    seen: () => seen,
    // Alone, it needs no savepoint. It does not overtake those that wait, and waits for those that came along last time.
    run: (write) =>
      Effect.suspend(() =>
        waiting.length > 0 || last > 1
          ? inGroup(write)
          : Effect.flatMap(
              turns.withPermitsIfAvailable(1)(transaction(write)),
              Option.match({ onSome: Effect.succeed, onNone: () => inGroup(write) })
            )
      )
  }
}

interface Waiting<in E> {
  readonly begin: Effect.Effect<void>
  readonly end: (committed: Exit.Exit<void, E>) => Effect.Effect<unknown>
}

interface State<A, E> {
  withdrawn: boolean
  running: Fiber.RuntimeFiber<A, E> | undefined
  result: Exit.Exit<A, E> | undefined
}

/** A write that failed was undone by itself. The others are what the transaction is. */
const outcomeOf = <A, E, E2>(result: Exit.Exit<A, E> | undefined, committed: Exit.Exit<void, E2>): Exit.Exit<A, E | E2> => {
  if (result !== undefined && Exit.isFailure(result)) return result
  if (Exit.isFailure(committed)) return Exit.failCause(committed.cause)
  return result ?? Exit.interrupt(FiberId.none)
}

/** Readers wait for a transaction, so it must not take long. */
const mostAtOnce = 32
