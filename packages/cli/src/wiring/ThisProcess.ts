import { hostname } from "node:os"
import { Owner } from "@sluice/core/run/Owner"
import type { RunOwner } from "@sluice/core/run/RunEvent"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ProcessIdentity from "./ProcessIdentity.ts"

/** This process as the owner of its runs. It can look up the processes of its own host. */
export const layer: Layer.Layer<Owner> = Layer.sync(Owner, () => {
  const self = { host: hostname(), ...ProcessIdentity.self() }
  const isAlive = (owner: RunOwner) => {
    if (owner.host !== self.host) return undefined
    // A run without a start was recorded by an earlier version, so this process is not its owner.
    return owner.started === undefined && owner.pid === self.pid ? false : ProcessIdentity.isAlive(owner)
  }
  return { self, isAlive }
})

/** The names of the variables of its environment. */
export const variables: Effect.Effect<ReadonlyArray<string>> = Effect.sync(() => Object.keys(process.env))

/**
 * The environment of threads. Node reads these two variables in each thread; it reads `NODE_EXTRA_CA_CERTS` and the like once per
 * process. No password or token is among them.
 */
export const forThreads: Effect.Effect<Readonly<Record<string, string>>> = Effect.sync(() =>
  Object.fromEntries(
    ["NODE_OPTIONS", "NODE_TLS_REJECT_UNAUTHORIZED"].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    })
  )
)
