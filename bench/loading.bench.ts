/**
 * Publishes of messages_raw into each store, by each loader. The floor fills the same table from ready-made text, without
 * looking at rows. On servers that is one LOAD DATA statement, on the embedded store one JSON text a thousand rows.
 */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MessagesRaw } from "@sluice/assets/tables/MessagesRaw"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Id from "@sluice/core/data/Id"
import * as Timestamp from "@sluice/core/data/Timestamp"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { Row } from "@sluice/core/relation/Table"
import * as JsonText from "@sluice/warehouse/embedded/JsonText"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as SqliteDdl from "@sluice/warehouse/embedded/SqliteDdl"
import * as SqliteRow from "@sluice/warehouse/embedded/SqliteRow"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Ddl from "@sluice/warehouse/mysql/ddl"
import { infileLoader } from "@sluice/warehouse/mysql/InfileLoader"
import * as InfileText from "@sluice/warehouse/mysql/InfileText"
import { insertLoader, type Loader } from "@sluice/warehouse/mysql/Loader"
import * as MysqlPool from "@sluice/warehouse/mysql/MysqlPool"
import * as MysqlProvisioner from "@sluice/warehouse/mysql/MysqlProvisioner"
import * as MysqlServer from "@sluice/warehouse/mysql/MysqlServer"
import * as MysqlStores from "@sluice/warehouse/mysql/MysqlStores"
import { batcher } from "@sluice/warehouse/mysql/RowBatch"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import * as Batches from "@sluice/warehouse/sql/Batches"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Launcher from "../test/servers/Launcher.ts"
import * as Server from "../test/servers/Server.ts"
import { type Figure, flag, inTurn, report } from "./harness.ts"

const named = Layer.succeed(PipelineName, "bench")

const count = flag("rows", 1_000_000, 20_000)
const runs = flag("runs", 3, 1)

/** Ids have no order, as in most APIs. */
const rowsFrom = (start: number) =>
  Array.from({ length: Math.min(5_000, count - start) }, (_, at): Row<typeof MessagesRaw> => {
    const n = start + at
    return {
      id: Id.make("message", String((n * 2_654_435_761) % 4_294_967_296).padStart(10, "0")),
      created_at: Timestamp.fromDateTime(DateTime.unsafeMake(1_700_000_000_000 + n * 997)),
      sender_id: Id.make("user", String((n * 7_919) % 20_011)),
      receiver_id: Id.make("user", String((n * 104_729) % 20_011)),
      loaded_at: "2024-03-01T09:30:00.000Z"
    }
  })
const chunks = Array.from({ length: Math.ceil(count / 5_000) }, (_, page) => rowsFrom(page * 5_000))
const rows = Dataset.fromArray(chunks.flat(), 5_000)

const step = StepContext.unobserved("bench", "messages_raw")
const publish = Effect.flatMap(Warehouse, (warehouse) =>
  Effect.provideService(warehouse.publish(MessagesRaw, rows), StepContext, step)
)

const figure = (what: string, millis: number, floorIs: string, floor: number): Figure => ({
  what,
  unit: "s",
  value: millis / 1_000,
  floor: { what: floorIs, value: floor / 1_000 }
})

const server: MysqlServer.MysqlServer = {
  flavour: "MariaDB",
  collation: "utf8mb4_nopad_bin",
  maxPacket: 16 * 1024 * 1024,
  localInfile: true
}

const encoding = async (): Promise<ReadonlyArray<Figure>> => {
  const encodeAll = () =>
    Effect.runPromise(Batches.sendAll(rows, batcher({ table: MessagesRaw, server }), 1, () => Effect.void))
  const [millis = 0] = await inTurn(runs, encodeAll)
  return [{ what: "rows written as LOAD DATA reads them", unit: "rows/s", value: count / (millis / 1_000) }]
}

const embedded = async (): Promise<ReadonlyArray<Figure>> => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-bench-"))
  const store = ManagedRuntime.make(Layer.provide(SqliteStores.layer({ directory: join(directory, "store") }), named))
  const encode = SqliteRow.encoder(MessagesRaw.columns)
  const writer = new JsonText.Writer()
  const texts = chunks.flatMap((chunk) =>
    Array.from({ length: Math.ceil(chunk.length / 1_000) }, (_, at) => {
      for (const row of chunk.slice(at * 1_000, (at + 1) * 1_000)) {
        if (encode(row, 0, writer) !== undefined) throw new Error("a row of the bench does not fit its table")
      }
      return writer.rows()
    })
  )
  const floor = () => {
    rmSync(join(directory, "floor.db"), { force: true })
    return Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const setup = ["PRAGMA journal_mode = DELETE", "PRAGMA synchronous = FULL", "PRAGMA temp_store = FILE"]
          const client = yield* LibsqlClient.make({ path: join(directory, "floor.db"), setup })
          yield* client.withTransaction(
            client.use((session) => {
              session.run(SqliteDdl.createTable(MessagesRaw, MessagesRaw.name), [])
              const insert = SqliteDdl.insertFromJson(MessagesRaw, MessagesRaw.name)
              for (const text of texts) session.run(insert, [text])
              for (const index of SqliteDdl.createIndexes(MessagesRaw)) session.run(index, [])
            })
          )
        })
      )
    )
  }
  try {
    const [ours = 0, best = 0] = await inTurn(runs, () => store.runPromise(publish), floor)
    return [figure("embedded", ours, "the same from ready-made JSON", best)]
  } finally {
    await store.dispose()
    rmSync(directory, { recursive: true, force: true })
  }
}

const onServer = async (flavour: Launcher.Flavour): Promise<ReadonlyArray<Figure>> => {
  const launcher = await Launcher.find(flavour)
  if (launcher === undefined) {
    process.stdout.write(`Skipping ${flavour}: ${Launcher.advice(flavour)}\n`)
    return []
  }
  const running = await Server.start(launcher)
  const at = { _tag: "Mysql", host: "127.0.0.1", port: running.port } as const
  const admin = { ...at, user: "root", password: Redacted.make(""), database: "" }
  const url = { ...at, user: "sluice", password: Redacted.make("bench"), database: "bench" }
  const analyst = { user: "analyst", password: Redacted.make("bench-analyst") }
  const provision = Effect.flatMap(Provisioner, (provisioner) =>
    provisioner.provision({ tables: [], masks: [], views: [], analyst: { select: [] } })
  )
  const by = (load: Loader) => ManagedRuntime.make(Layer.provide(MysqlStores.layer({ url, load }), named))
  const ways = [by(infileLoader), by(insertLoader)] as const
  const { add, rest } = batcher({ table: MessagesRaw, server })
  const batches = [...Effect.runSync(Effect.forEach(chunks, add)).flat(), ...rest()]
  const text = batches.map((batch) => batch.text)
  const floor = () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const pool = yield* MysqlPool.make({ url, connections: 2, lockWait: "1 minute" })
          const { connection, infile } = yield* pool.reserve
          const run = (sql: string) => connection.executeUnprepared(sql, [], undefined)
          yield* run("DROP TABLE IF EXISTS `floor`")
          yield* run(Ddl.createTable(MessagesRaw, "floor", yield* MysqlServer.inspect(pool.sql)))
          yield* infile(`LOAD DATA LOCAL INFILE 'rows' INTO TABLE \`floor\` ${InfileText.format}`, text)
          yield* run(Ddl.addIndexes(MessagesRaw, "floor") ?? "DO 0")
        })
      )
    )
  try {
    await Effect.runPromise(
      Effect.provide(provision, Layer.provide(MysqlProvisioner.layer({ admin, pipeline: url, analyst }), named))
    )
    const [infile = 0, insert = 0, best = 0] = await inTurn(
      runs,
      () => ways[0].runPromise(publish),
      () => ways[1].runPromise(publish),
      floor
    )
    const floorIs = "one LOAD DATA of ready-made text"
    return [
      figure(`${flavour}, LOAD DATA LOCAL INFILE`, infile, floorIs, best),
      figure(`${flavour}, INSERT`, insert, floorIs, best)
    ]
  } finally {
    await Promise.all(ways.map((way) => way.dispose()))
    await running.stop()
  }
}

const figures = [...(await encoding()), ...(await embedded()), ...(await onServer("MariaDB")), ...(await onServer("MySQL"))]
report("loading", `publishes of ${count} rows of messages_raw, medians of ${runs} runs in turn`, figures)
