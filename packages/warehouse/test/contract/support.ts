import type { Metadata } from "@sluice/core/asset/Metadata"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { SpillFailed } from "@sluice/core/data/Spill"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberStatus from "effect/FiberStatus"
import * as Stream from "effect/Stream"

/** A step that records its reports. */
export const recordingStep = (asset = "contract", staged: StepContext.Service["staged"] = () => Effect.void) => {
  const recorded: { metadata: Metadata; readonly progress: Array<number> } = { metadata: {}, progress: [] }
  const service: StepContext.Service = {
    runId: "contract",
    asset,
    attempt: 1,
    slice: undefined,
    late: () => {},
    progress: (rows) => void recorded.progress.push(rows),
    dataVersion: () => undefined,
    metadata: (values) => {
      recorded.metadata = { ...recorded.metadata, ...values }
    },
    staged,
    handOff: () => undefined,
    lastMadeFrom: undefined,
    last: undefined,
    concluded: Effect.void
  }
  return { recorded, service }
}

/** Runs an effect in a step whose reports are ignored. */
export const inStep = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, StepContext, recordingStep().service)

/** Waits until a fiber is suspended. */
export const untilSuspended = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.repeat(Effect.zipRight(Effect.yieldNow(), Fiber.status(fiber)), {
    until: (status) => FiberStatus.isSuspended(status)
  })

/** A column of every type, and a nullable one of every type. */
export const Everything = Table.make("contract_everything", {
  description: "A column of every type.",
  columns: {
    id: Column.text(40),
    position: Column.integer,
    label: Column.text(200),
    amount: Column.decimal(12, 2),
    big: Column.decimal(30, 10),
    flag: Column.boolean,
    at: Column.timestamp,
    day: Column.day,
    label_or_null: Column.nullable(Column.text(200)),
    count_or_null: Column.nullable(Column.integer),
    amount_or_null: Column.nullable(Column.decimal(12, 2)),
    flag_or_null: Column.nullable(Column.boolean),
    at_or_null: Column.nullable(Column.timestamp),
    day_or_null: Column.nullable(Column.day)
  },
  primaryKey: ["id", "position"],
  indexes: [["at"], ["label", "day"]]
})
export type EverythingRow = Table.Row<typeof Everything>

export const everythingRow = (row: Partial<EverythingRow>): EverythingRow => ({
  id: "a",
  position: 0,
  label: "plain",
  amount: "1.50",
  big: "0.0000000001",
  flag: true,
  at: "2024-03-01T09:30:00.000Z",
  day: "2024-03-01",
  label_or_null: null,
  count_or_null: null,
  amount_or_null: null,
  flag_or_null: null,
  at_or_null: null,
  day_or_null: null,
  ...row
})

/** Two columns, for tables of many rows. */
export const numbersTable = <const Name extends string>(name: Name) =>
  Table.make(name, {
    description: "Numbers and the version that they were published in.",
    columns: { id: Column.integer, version: Column.integer },
    primaryKey: ["id"],
    indexes: [["version"]]
  })
export const Numbers = numbersTable("contract_numbers")

/** `count` rows of one version. */
export const numbers = (version: number, count: number) =>
  Dataset.fromArray(Array.from({ length: count }, (_, id) => ({ id, version })))

/** All rows of a relation, in reading order. */
export const readAll = <T extends Parameters<WarehouseReader["Type"]["read"]>[0]>(relation: T) =>
  Effect.flatMap(WarehouseReader, (reader) =>
    Effect.map(Stream.runCollect(reader.read(relation)), (pages) => Chunk.toReadonlyArray(pages).flat())
  )

/** Publishes rows of the table with every column type. */
export const publish = (rows: Dataset.Dataset<EverythingRow>) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(Everything, rows)))

export const publishNumbers = (table: typeof Numbers, rows: ReturnType<typeof numbers>) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(table, rows)))

/** The names of all tables, by the SQL that lists them. */
export const tablesIn = (listTables: string) =>
  Effect.flatMap(WarehouseReader, (reader) =>
    Effect.map(reader.query(listTables, "pipeline"), ({ rows }) => rows.map(([name]) => String(name)).sort())
  )

/** The versions in a numbers table: one, unless a reader sees a mixture. */
export const versionsSeen = (table: typeof Numbers) =>
  Effect.map(readAll(table), (rows) => [...new Set(rows.map(({ version }) => version))])

/** Emits its rows and then fails. */
export const breaking = <A>(rows: ReadonlyArray<A>): Dataset.Dataset<A> =>
  Dataset.fromChunks(
    Stream.concat(Stream.succeed(rows), Stream.fail(new SpillFailed({ operation: "read", reason: "the contract says so" })))
  )

/** Emits its rows, signals that it did, and never ends. */
export const stalling = <A>(rows: ReadonlyArray<A>, reached: Deferred.Deferred<void>): Dataset.Dataset<A> =>
  Dataset.fromChunks(
    Stream.concat(
      Stream.succeed(rows),
      Stream.drain(Stream.fromEffect(Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)))
    )
  )
