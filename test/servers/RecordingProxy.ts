import { connect, createServer, type Socket } from "node:net"
import * as Effect from "effect/Effect"

/** A proxy to a server that records its traffic. */
export interface RecordingProxy {
  readonly port: number
  /** All bytes of the client since the start or the last call. */
  readonly sent: () => Buffer
  /** All bytes of the server since the start or the last call. */
  readonly received: () => Buffer
}

/**
 * Listens on a loopback port for connections to a MySQL or MariaDB server on another port. With `hideTls`, the server's
 * greeting says that it has no TLS, like an attacker on the network. At the first `cutAt` of a client, it closes all
 * connections, and the server does not get it.
 */
export const make = (to: number, { cutAt, hideTls = false }: { readonly cutAt?: string; readonly hideTls?: boolean } = {}) =>
  Effect.gen(function* () {
    const through = new Set<Socket>()
    let isCut = false
    let [sent, received]: [Array<Buffer>, Array<Buffer>] = [[], []]
    const server = createServer((from) => {
      const onwards = connect(to, "127.0.0.1")
      let greeted = false
      for (const socket of [from, onwards]) {
        through.add(socket)
        socket.on("error", () => socket.destroy()).on("close", () => through.delete(socket))
      }
      from.on("data", (data) => {
        if (cutAt !== undefined && !isCut && data.includes(cutAt)) {
          isCut = true
          for (const socket of through) socket.destroy()
          return
        }
        sent.push(data)
        onwards.write(data)
      })
      onwards.on("data", (data) => {
        const shown = hideTls && !greeted ? withoutTls(data) : data
        greeted = true
        received.push(shown)
        from.write(shown)
      })
      from.on("end", () => onwards.end())
      onwards.on("end", () => from.end())
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          for (const socket of through) socket.destroy()
        })
    )
    const address = server.address()
    const proxy: RecordingProxy = {
      port: typeof address === "object" && address !== null ? address.port : 0,
      sent: () => {
        const all = Buffer.concat(sent)
        sent = []
        return all
      },
      received: () => {
        const all = Buffer.concat(received)
        received = []
        return all
      }
    }
    return proxy
  })

/** Removes CLIENT_SSL from the capabilities in a server's first packet (protocol 10). */
const withoutTls = (greeting: Buffer): Buffer => {
  const changed = Buffer.from(greeting)
  const version = greeting.indexOf(0, 5)
  // Thread id, the first part of the scramble and a filler lie between the version and the lower capabilities.
  const at = version + 1 + 4 + 8 + 1
  changed.writeUInt16LE(changed.readUInt16LE(at) & ~0x0800, at)
  return changed
}
