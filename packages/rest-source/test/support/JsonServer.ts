import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** A real server: json-server 0.17 pages by `Link` headers and a total, 1.0 by an object with `next`. */
interface JsonServer {
  readonly url: string
  /** Changes a row. Call it once: 1.0 reads its file again afterwards, and may lose a concurrent change. */
  readonly put: (path: string, row: object) => Effect.Effect<void>
}

const bins = { "0.17": "json-server/lib/cli/bin.js", "1.0": "json-server-1/lib/bin.js" }

/** Starts a server on this machine, with lists of rows, until the scope closes. */
export const start = Effect.fn("JsonServer.start")(function* (version: keyof typeof bins, lists: object) {
  const fs = yield* FileSystem.FileSystem
  const file = join(yield* fs.makeTempDirectoryScoped(), "lists.json")
  yield* fs.writeFileString(file, JSON.stringify(lists))
  const port = yield* freePort
  const script = fileURLToPath(new URL(`../../node_modules/${bins[version]}`, import.meta.url))
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [script, file, "--port", String(port), "--host", "127.0.0.1"], { stdio: "ignore" })
    ),
    (child) =>
      Effect.promise(async () => {
        child.kill("SIGKILL")
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
      })
  )
  const url = `http://127.0.0.1:${port}`
  yield* Effect.retry(
    Effect.tryPromise(() => fetch(url)),
    Schedule.spaced("50 millis")
  )
  const put = (path: string, row: object) =>
    Effect.promise(async () => {
      const headers = { "content-type": "application/json" }
      const { ok, status } = await fetch(`${url}${path}`, { method: "PUT", headers, body: JSON.stringify(row) })
      if (!ok) throw new Error(`PUT ${path} answered ${status}`)
    })
  return { url, put } satisfies JsonServer
})

const freePort = Effect.promise(async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("a port has a number")
  return address.port
})
