import { SqlError } from "@effect/sql/SqlError"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Scope from "effect/Scope"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import type { Driver } from "../internal/mysqlDriver.ts"
import * as DirectConnection from "./DirectConnection.ts"
import type { Fault } from "./errors.ts"

/** Watches the statements of a pool, so that none waits for ever for an unresponsive server. */
export interface StatementWatch {
  /**
   * Runs a statement. An interruption stops it on the server (`KILL QUERY`) and waits until it has stopped. If the server does
   * not respond, its connection is closed. A statement without an answer fails like a lost connection, and may be retried:
   *
   * - after `silence`, if the server does not respond on another connection either; a slow statement is never ended;
   * - after three seconds, if its caller was interrupted and cleans up: the server rolls back.
   */
  readonly run: <A>(driver: Driver, statement: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>
}

export interface Options {
  readonly url: MysqlUrl
  /** How long a connection may be silent before the server is probed. */
  readonly silence: Duration.DurationInput
}

/** Starts watching; ends with the scope. */
export const make = Effect.fn("StatementWatch.make")(function* ({
  silence,
  url
}: Options): Effect.fn.Return<StatementWatch, never, Scope.Scope> {
  const running = new Set<Running>()
  const silentSeconds = Math.ceil(Duration.toSeconds(silence))
  const giveUp = (statement: Running) => {
    running.delete(statement)
    statement.giveUp()
  }
  const look = Effect.gen(function* () {
    for (const statement of running) {
      statement.seconds++
      if (statement.isInterrupted() && ++statement.winding >= windingSeconds) giveUp(statement)
    }
    const silent = [...running].filter(({ seconds }) => seconds >= silentSeconds)
    if (silent.length === 0) return
    const answers = yield* DirectConnection.answers(url)
    for (const statement of silent) {
      if (answers) statement.seconds = 0
      else if (running.has(statement)) giveUp(statement)
    }
  })
  yield* Effect.forkScoped(Effect.forever(Effect.delay(look, "1 second")))

  const answer = <A>(driver: Driver, statement: Fiber.RuntimeFiber<A, SqlError>) =>
    Effect.withFiberRuntime<A, SqlError>((caller) =>
      Effect.async<A, SqlError>((resume) => {
        const own: Running = {
          seconds: 0,
          winding: 0,
          isInterrupted: () => !Cause.isEmpty(caller.getFiberRef(FiberRef.interruptedCause)),
          giveUp: () => {
            driver.destroy()
            resume(new SqlError({ cause: gone, message: gone.code }))
          }
        }
        running.add(own)
        statement.addObserver((exit) => {
          running.delete(own)
          resume(exit)
        })
        return Effect.sync(() => running.delete(own))
      })
    )

  return {
    run: (driver, statement) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Effect.forkDaemon(statement), (fiber) =>
          Effect.onInterrupt(restore(answer(driver, fiber)), () => stop(fiber, driver, url))
        )
      )
  }
})

/** The limit for a statement of an interrupted caller. */
const windingSeconds = 3

interface Running {
  /** Seconds without an answer, or since the server last responded on another connection. */
  seconds: number
  /** Seconds without an answer since its caller was interrupted. */
  winding: number
  readonly isInterrupted: () => boolean
  readonly giveUp: () => void
}

const gone: Fault = { code: "PROTOCOL_CONNECTION_LOST", errno: undefined, fatal: true }

/**
 * Stops a connection's statement. Closes the connection if the server does not respond, or does not stop it within some
 * seconds.
 */
const stop = <A, E>(fiber: Fiber.Fiber<A, E>, driver: Driver, url: MysqlUrl) =>
  Effect.gen(function* () {
    const asked = yield* DirectConnection.aside(url, `KILL QUERY ${Math.trunc(driver.threadId)}`)
    const ended = asked ? yield* Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), stopping) : undefined
    if (ended?._tag !== "Some") driver.destroy()
  })

const stopping = Duration.seconds(5)
