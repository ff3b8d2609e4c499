import { tmpdir } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ProcessIdentity from "./ProcessIdentity.ts"

/**
 * Room on disk for the rows that do not fit in memory. The names of its files say which process made them, so that the next
 * run removes what a killed one has left behind.
 */
export const spill = (
  options: Omit<Parameters<typeof Spill.layer>[0], "prefix">
): Layer.Layer<Spill, never, FileSystem.FileSystem> =>
  Layer.unwrapEffect(
    Effect.as(
      removeLeftovers(options.directory ?? tmpdir()),
      Spill.layer({ ...options, prefix: prefixOf(ProcessIdentity.self()) })
    )
  )

/** `sluice-PID-START-`, or `sluice-PID--` if the system does not report the start. */
export const prefixOf = ({ pid, started = "" }: ProcessIdentity.ProcessIdentity): string =>
  `sluice-${pid}-${Buffer.from(started).toString("base64url")}-`

/** Removes what processes have left in a directory that are not there any more. What cannot be known, or removed, stays. */
export const removeLeftovers = Effect.fn("TemporaryFiles.removeLeftovers")(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* Effect.orElseSucceed(fs.readDirectory(directory), () => [])
  yield* Effect.forEach(names, (name) => {
    const maker = makerOf(name)
    return maker !== undefined && ProcessIdentity.isAlive(maker) === false
      ? Effect.ignore(fs.remove(`${directory}/${name}`, { recursive: true }))
      : Effect.void
  })
})

const makerOf = (name: string): ProcessIdentity.ProcessIdentity | undefined => {
  const [, pid, start] = /^sluice-(\d+)-([\w-]*)-\w{6}$/.exec(name) ?? []
  if (pid === undefined || start === undefined) return undefined
  const started = Buffer.from(start, "base64url").toString()
  return { pid: Number(pid), ...(started === "" ? {} : { started }) }
}
