import { tmpdir } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ProcessIdentity from "./ProcessIdentity.ts"

/**
 * The directory for spilled rows. Its name contains the process, so that the next run removes the directories of killed processes.
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

/** Removes the leftovers of ended processes from a directory. If a process is not known to have ended, its files stay. */
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
