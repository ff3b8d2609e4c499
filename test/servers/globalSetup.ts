import { once } from "node:events"
import { createServer } from "node:http"
import type { TestProject } from "vitest/node"
import * as Launcher from "./Launcher.ts"
import * as Server from "./Server.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** How each flavour can be started; undefined where it cannot. */
    readonly launchers: Readonly<Partial<Record<Launcher.Flavour, Launcher.Launcher>>>
    /** Where workers ask for the shared servers. */
    readonly sharedServersPort: number
  }
}

/**
 * Finds out which database servers the run can have, and starts one of a flavour when the first test asks for it, for all
 * workers. Runs of unit tests start none.
 */
export default async ({ provide }: TestProject) => {
  const found = await Promise.all(Launcher.flavours.map(async (flavour) => [flavour, await Launcher.find(flavour)] as const))
  for (const [flavour, launcher] of found) {
    if (launcher !== undefined) continue
    if (process.env["CI"] === "true") throw new Error(`In CI every suite must run, and ${Launcher.advice(flavour)}`)
    process.stderr.write(`Skipping the ${flavour} suites: ${Launcher.advice(flavour)}\n`)
  }

  const servers = new Map<string, Promise<Server.Server>>()
  const control = createServer((request, response) => {
    const name = request.url?.slice(1) ?? ""
    const launcher = found.find(([flavour]) => flavour === name)?.[1]
    if (launcher !== undefined && !servers.has(name)) servers.set(name, Server.start(launcher))
    Promise.resolve(servers.get(name)).then(
      (server) => response.end(String(server?.port ?? "")),
      (error: unknown) => response.writeHead(500).end(String(error))
    )
  }).listen(0, "127.0.0.1")
  await once(control, "listening")
  const address = control.address()
  provide("launchers", Object.fromEntries(found.filter(([, launcher]) => launcher !== undefined)))
  provide("sharedServersPort", typeof address === "object" && address !== null ? address.port : 0)

  return async () => {
    control.closeAllConnections()
    control.close()
    await Promise.allSettled([...servers.values()].map(async (server) => (await server).stop()))
  }
}
