import { createServer, type Socket } from "node:net"
import { expect, it } from "@effect/vitest"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import * as MysqlPool from "@sluice/warehouse/mysql/MysqlPool"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as databases from "./databases.ts"

/**
 * A server that answers every statement with OK, and requests /etc/passwd for every statement with `ask` in it. It always
 * reports the character set `characterSet`.
 */
const hostileServer = (characterSet: string) =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: number; readonly sent: Array<string>; readonly close: () => void }>((resume) => {
      const sent: Array<string> = []
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.write(packet(0, greeting))
        let greeted = false
        let asking = false
        let pending = Buffer.alloc(0)
        socket.on("data", (data) => {
          pending = Buffer.concat([pending, data])
          while (pending.length >= 4 && pending.length >= 4 + pending.readUIntLE(0, 3)) {
            const payload = pending.subarray(4, 4 + pending.readUIntLE(0, 3))
            const answer = (pending[3] ?? 0) + 1
            pending = pending.subarray(4 + payload.length)
            if (asking && payload.length > 0) sent.push(payload.toString())
            else if (!asking && greeted && payload.includes("ask")) {
              asking = true
              socket.write(packet(answer, Buffer.from("\u00fb/etc/passwd", "latin1")))
            } else if (payload.includes("@@character_set_client")) {
              for (const [n, part] of characterSets(characterSet).entries()) socket.write(packet(answer + n, part))
            } else {
              greeted = true
              asking = false
              socket.write(packet(answer, ok))
            }
          }
        })
      }).listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          for (const socket of sockets) socket.destroy()
          server.close()
        }
        resume(Effect.succeed({ port, sent, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const packet = (sequence: number, payload: Buffer) => {
  const head = Buffer.alloc(4)
  head.writeUIntLE(payload.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, payload])
}

const ok = Buffer.from([0, 0, 0, 2, 0, 0, 0])

/** A row of three columns. */
const characterSets = (name: string): ReadonlyArray<Buffer> => {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])
  const column = (label: string) =>
    Buffer.concat([...["def", "", "", "", label, ""].map(text), Buffer.from([12, 45, 0, 0, 1, 0, 0, 253, 0, 0, 0, 0, 0])])
  const end = Buffer.from([0xfe, 0, 0, 2, 0])
  return [Buffer.from([3]), column("a"), column("b"), column("c"), end, Buffer.concat([name, name, name].map(text)), end]
}

/** Protocol 10, with LOCAL_FILES among its capabilities. */
const greeting = Buffer.concat([
  Buffer.from("\n8.4.0\0"),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from("12345678\0"),
  Buffer.from([0x88, 0xa2, 45, 2, 0, 0x08, 0, 21]),
  Buffer.alloc(10),
  Buffer.from("123456789012\0mysql_native_password\0")
])

it.scopedLive("a server that asks for a local file is sent the rows of a load, and in any other statement nothing", () =>
  Effect.gen(function* () {
    const { port, sent } = yield* hostileServer("utf8mb4")
    const url = { _tag: "Mysql", host: "127.0.0.1", port, user: "p", password: Redacted.make("p"), database: "d" } as const
    const pool = yield* MysqlPool.make({ url, connections: 1, lockWait: "1 second" })
    const session = yield* pool.reserve
    const asked = yield* Effect.flip(session.connection.executeUnprepared("ask for a file", [], undefined))
    expect([sent, asked.message, JSON.stringify(asked.cause)]).toEqual([
      [],
      "UNKNOWN",
      expect.not.stringContaining("passwd")
    ])
    yield* session.infile("LOAD DATA that asks", [Buffer.from("our "), Buffer.from("rows")])
    expect(sent.join("")).toBe("our rows")
    yield* Effect.flip(session.connection.executeUnprepared("ask again", [], undefined))
    expect(sent.join("")).toBe("our rows")
  })
)

it.scopedLive("a connection that keeps another character set than the one it was told to use is refused", () =>
  Effect.gen(function* () {
    const { port } = yield* hostileServer("latin1")
    const url = { _tag: "Mysql", host: "127.0.0.1", port, user: "p", password: Redacted.make("p"), database: "d" } as const
    const refused = yield* Effect.flip(Effect.scoped(Layer.build(databases.stores({ url }))))
    expect([refused.reason, refused.message]).toEqual([
      "Misconfigured",
      `Could not connect to the database server at 127.0.0.1:${port}: the connection does not use utf8mb4 although it was set, so text would be misread. If there is a proxy before the server, let it pass SET NAMES through, or name the server itself in DATABASE_URL.`
    ])
    const direct = yield* Effect.flip(Effect.scoped(DirectConnection.open(url)))
    expect(direct.message).toBe("DIFFERENT_CHARACTER_SET")
  })
)
