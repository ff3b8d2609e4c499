import { hostname } from "node:os"
import { Owner } from "@sluice/core/run/Owner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"

/** This process as the owner of its runs. Of another one on this machine, signal 0 tells whether it is there. */
export const layer: Layer.Layer<Owner> = Layer.sync(Owner, () => ({
  self: { host: hostname(), pid: process.pid },
  isAlive
}))

/** The names of the variables of its environment. */
export const variables: Effect.Effect<ReadonlyArray<string>> = Effect.sync(() => Object.keys(process.env))

/**
 * What threads have of its environment. Node reads these two in each thread anew; whatever else it knows of networks, as
 * `NODE_EXTRA_CA_CERTS`, it reads once for all. Passwords and tokens are not among them.
 */
export const forThreads: Effect.Effect<Readonly<Record<string, string>>> = Effect.sync(() =>
  Object.fromEntries(
    ["NODE_OPTIONS", "NODE_TLS_REJECT_UNAUTHORIZED"].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    })
  )
)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Another user's process may not be signaled, but it is there.
    return Predicate.hasProperty(error, "code") && error.code === "EPERM"
  }
}
