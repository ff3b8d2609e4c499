import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import definitions from "@sluice/assets/definitions"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterAll, describe, expect, it } from "vitest"
import { user } from "../../packages/assets/test/support/sources.ts"
import { emptyDirectory, sluice } from "../../packages/cli/test/support.ts"
import * as databases from "../../packages/warehouse/test/mysql/databases.ts"
import { flavours, isAvailable } from "../servers/TestServers.ts"

const { warehouse: spec } = Either.getOrThrow(definitions.sealed)

const processes = 8
const values = 150

/** Gives process `n` 200 users at `/n/users`, with values from 150 shared ones, in a different order. */
const api = async (): Promise<string> => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://api")
    const n = Number(url.pathname.split("/")[1])
    const page = Number(url.searchParams.get("page") ?? 1)
    const users = Array.from({ length: page === 1 ? 200 : 0 }, (_, i) => {
      const value = (i * (2 * n + 1) + 31 * n) % values
      const profile = { gender: null, isSmoking: null, profession: `Profession ${value}`, income: null }
      return user({ id: `${i}`, city: `Zürich ${value}${value % 2 === 0 ? " " : ""}`, zipCode: `0${value}`, profile })
    })
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(users))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const masks = spec.masks.map(({ name }) => name)

/** Starts all processes at once, and returns their exit codes. */
const maskAtOnce = async (cwd: string, env: Readonly<Record<string, string>>) => {
  const url = await api()
  const all = await Promise.all(
    Array.from({ length: processes }, (_, n) =>
      sluice(cwd, ["materialize", ...masks], { ...env, SPARK_API_URL: `${url}/${n + 1}` })
    )
  )
  return all.map(({ code, stderr }) => (code === 0 ? "succeeded" : stderr.slice(-300)))
}

const counts = Effect.flatMap(WarehouseReader, (reader) =>
  Effect.forEach(masks, (table) =>
    Effect.map(
      reader.query(`SELECT COUNT(*), COUNT(DISTINCT value_hash), COUNT(DISTINCT id) FROM ${table}`, "pipeline"),
      ({ rows }) => rows[0]
    )
  )
)
const succeeded = Array.from({ length: processes }, () => "succeeded")
const oneEach = masks.map(() => [values, values, values])

it("eight processes that mask the same values at once give each one id, on the embedded store (G5)", async () => {
  const cwd = emptyDirectory()
  expect((await sluice(cwd, ["provision"])).code).toBe(0)
  expect(await maskAtOnce(cwd, {})).toEqual(succeeded)
  const stores = Layer.provide(SqliteStores.layer({ directory: `${cwd}/.sluice` }), Layer.succeed(PipelineName, "spark"))
  expect(await Effect.runPromise(Effect.provide(counts, stores))).toEqual(oneEach)
}, 60_000)

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`on ${flavour}`, () => {
    it("eight processes that mask the same values at once give each one id (G5)", async () => {
      const database = await Effect.runPromise(databases.make(flavour, spec))
      const { host, port, user: name, password, database: schema } = database.url
      const account = `${name}:${encodeURIComponent(Redacted.value(password))}`
      const env = { DATABASE_URL: `mysql://${account}@${host}:${port}/${schema}` }
      expect(await maskAtOnce(emptyDirectory(), env)).toEqual(succeeded)
      const found = await Effect.runPromise(Effect.provide(counts, databases.stores(database)))
      expect(found.map((row) => row?.map(Number))).toEqual(oneEach)
    }, 60_000)
  })
}
