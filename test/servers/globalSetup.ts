import { once } from "node:events"
import { createServer } from "node:http"
import type { TestProject } from "vitest/node"
import * as Launcher from "./Launcher.ts"
import * as Server from "./Server.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** How to start each flavour; undefined if it cannot be started. */
    readonly launchers: Readonly<Partial<Record<Launcher.Flavour, Launcher.Launcher>>>
    /** The port at which workers request the shared servers. */
    readonly sharedServersPort: number
  }
}

/**
 * Finds the available database servers, and starts one of a flavour at a test's first request, for all workers. Runs of unit
 * tests start none.
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
