import { inject } from "vitest"
import type { Flavour } from "./Launcher.ts"
import * as Server from "./Server.ts"

export { type Flavour, flavours } from "./Launcher.ts"
export type { Server } from "./Server.ts"

/** Whether suites of a flavour can run: `describe.skipIf(!isAvailable(flavour))`. In CI a missing one fails the run. */
export const isAvailable = (flavour: Flavour): boolean => inject("launchers")[flavour] !== undefined

/** The port of the server that all tests of the run share; the first call starts it. Use your own databases there. */
export const sharedPort = async (flavour: Flavour): Promise<number> => {
  // Without a port, a client uses 3306, where another server may listen.
  if (!isAvailable(flavour)) throw new Error(`${flavour} is not available: skip the suite with isAvailable`)
  const response = await fetch(`http://127.0.0.1:${inject("sharedServersPort")}/${flavour}`)
  const text = await response.text()
  const port = Number(text)
  if (!response.ok || !Number.isInteger(port) || port <= 0) throw new Error(`no ${flavour} was started: ${text}`)
  return port
}

/** Starts your own server, to kill and restart it, or to set options: `--read-only=1`. Stop it when you are done. */
export const startOwn = (flavour: Flavour, settings: ReadonlyArray<string> = []): Promise<Server.Server> => {
  const launcher = inject("launchers")[flavour]
  if (launcher === undefined) throw new Error(`${flavour} is not available`)
  return Server.start(launcher, settings)
}
