import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { turn } from "../internal/eventLoop.ts"
import * as Driver from "../internal/libsqlDriver.ts"
import * as QueryLimit from "../QueryLimit.ts"
import { textOf } from "../sql/SqlDialect.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { QueryResult } from "../WarehouseReader.ts"
import { assertAllowed, withoutBytes } from "./AllowedCalls.ts"
import * as Fault from "./LibsqlFault.ts"
import type { Session } from "./LibsqlSession.ts"
import { readingSql } from "./ReadingSql.ts"
import { quote } from "./SqliteDdl.ts"
import { fixed } from "./SqliteRow.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/**
 * Runs one statement that reads, on a new connection that cannot write. An analyst's connection has only the public file open,
 * and cannot open another. A check on staged rows sees them. Integers past 2^53 and decimals are returned as text, bytes as
 * hexadecimal text. An interruption or the limit ends the statement, unless it sees staged rows.
 */
export const query = Effect.fn("SqliteQuery.query")(function* (
  store: SqliteStore,
  sql: string,
  as: "pipeline" | "analyst",
  limit?: QueryLimit.QueryLimit
): Effect.fn.Return<QueryResult, WarehouseFailed> {
  const allowed = readingSql(sql)
  if (Either.isLeft(allowed)) {
    return yield* new WarehouseFailed({ reason: "NotPermitted", operation, detail: `${allowed.left}.` })
  }
  const reading = allowed.right
  const staged = as === "pipeline" && (yield* store.data.inTransaction)
  return yield* Effect.mapError(
    staged
      ? store.data.use((session) => answerAtOnce(session, reading))
      : Effect.scoped(answer(store, reading, as === "analyst" ? "public" : "all")),
    failed
  ).pipe(QueryLimit.within(limit))
})

/**
 * Returns the numbers in the first row of a statement that reads, NULL as 0, on the publishing connection. Within a publish it
 * sees staged rows. Outside of one it waits for its turn, without a limit and without locking the files.
 */
export const measure = Effect.fn("SqliteQuery.measure")(function* (
  store: SqliteStore,
  sql: string,
  parameters: ReadonlyArray<string | number>
): Effect.fn.Return<ReadonlyArray<number>, WarehouseFailed> {
  const allowed = readingSql(sql)
  if (Either.isLeft(allowed)) {
    return yield* new WarehouseFailed({ reason: "NotPermitted", operation: measuring, detail: `${allowed.left}.` })
  }
  const rows = yield* Effect.mapError(store.data.beside(allowed.right, parameters, { readOnly: true }), (error) =>
    Fault.translate(measuring, error)
  )
  return (rows[0] ?? []).map((value) => Number(value ?? 0))
})

const operation = "answer the query"
const measuring = "evaluate the check"
const rowsPerTurn = 1_000

const answer = Effect.fnUntraced(function* (
  store: SqliteStore,
  sql: string,
  schemas: "public" | "all"
): Effect.fn.Return<QueryResult, SqlError, Scope.Scope> {
  // An explained statement never ends and keeps the locks of its connection, so it gets its own connection.
  if (!explains(sql)) {
    yield* Effect.scoped(
      Effect.flatMap(store.reader(schemas), (checker) => checker.use(({ database }) => assertAllowed(database, sql)))
    )
  }
  const client = yield* store.reader(schemas)
  // Both statements stay reachable from here: if one were collected, the main thread would wait for the query.
  const opened: { prepared?: Prepared; iterator?: Iterator<unknown> } = {}
  yield* Effect.addFinalizer(() =>
    opened.iterator === undefined ? Effect.void : Effect.ignore(client.use((session) => abandon(session, opened.iterator)))
  )
  // The statement computes all rows before the first one, since they are materialized.
  const cursor = yield* client.offThread(async (session) => {
    const prepared = prepare(session, sql)
    opened.prepared = prepared
    const iterator = await Driver.iterateBeside(prepared.statement, [])
    opened.iterator = iterator
    return { ...prepared, iterator }
  })
  for (let more = true; more; ) {
    more = yield* client.use(() => take(cursor, rowsPerTurn))
    yield* turn
  }
  return cursor.result
})

/** On the connection of a transaction. Only the checks of assets get here, so any function may be called. */
const answerAtOnce = (session: Session, sql: string): QueryResult =>
  withoutWriting(session, () => {
    const prepared = prepare(session, sql)
    const cursor: Cursor = { ...prepared, iterator: prepared.statement.iterate([]) }
    take(cursor, Number.POSITIVE_INFINITY)
    return cursor.result
  })

const withoutWriting = <A>({ database }: Session, read: () => A): A => {
  database.exec("PRAGMA query_only = ON")
  try {
    return read()
  } finally {
    database.exec("PRAGMA query_only = OFF")
  }
}

type Value = QueryResult["rows"][number][number]

interface Prepared {
  /** The statement as written, and as it runs. */
  readonly written: Driver.Statement
  readonly statement: Driver.Statement
  readonly formats: ReadonlyArray<Format>
  readonly result: { readonly columns: ReadonlyArray<string>; readonly rows: Array<ReadonlyArray<Value>> }
}

interface Cursor extends Prepared {
  readonly iterator: Iterator<unknown>
}

const prepare = ({ database }: Session, sql: string): Prepared => {
  const written = database.prepare(sql)
  const columns = written.columns()
  const statement = database.prepare(explains(sql) ? withoutBytes(sql) : wrapped(sql, columns.length))
  statement.raw(true)
  statement.safeIntegers(true)
  return {
    written,
    statement,
    formats: columns.map(({ type }) => formatOf(type)),
    result: { columns: columns.map(({ name }) => name), rows: [] }
  }
}

const explains = (sql: string): boolean => /^\s*EXPLAIN\b/i.test(sql)

/** Reads at most `most` rows, and returns whether there may be more. */
const take = ({ formats, iterator, result }: Cursor, most: number): boolean => {
  for (let taken = 0; taken < most; taken++) {
    const next = iterator.next()
    if (next.done === true) return false
    const [row] = Driver.rowsOf<ReadonlyArray<unknown>>([next.value])
    result.rows.push((row ?? []).map((value, index) => (formats[index] ?? plain)(value)))
  }
  return true
}

/** Ends a statement before its last row. Until then it blocks writers. */
const abandon = ({ database }: Session, iterator: Iterator<unknown> | undefined): void => {
  database.interrupt()
  while (iterator?.next().done === false);
}

/**
 * Selects text as bytes, and bytes as hexadecimal text. The driver cuts text at its first NUL, and aborts the process over text
 * that is not UTF-8.
 */
const wrapped = (sql: string, columns: number): string => {
  const names = Array.from({ length: columns }, (_, index) => quote(`c${index}`))
  const exact = names.map(
    (name) => `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) WHEN 'blob' THEN hex(${name}) ELSE ${name} END`
  )
  return `WITH "sluice query"(${names.join(", ")}) AS MATERIALIZED (${sql}\n) SELECT ${exact.join(", ")} FROM "sluice query"`
}

type Format = (value: unknown) => Value

const plain: Format = (value) => {
  if (value === null || value === undefined) return null
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value === "number" || typeof value === "string") return value
  return value instanceof ArrayBuffer || value instanceof Uint8Array ? textOf(value) : String(value)
}

/** Formats decimals as declared, `10.00` and not `10`, if a column is a table's. */
const formatOf = (type: string | null): Format => {
  const declared = /^DECIMAL\(\d+, ?(\d+)\)$/.exec(type ?? "")?.[1]
  if (declared === undefined) return plain
  const scale = Number(declared)
  return (value) =>
    typeof value === "number" || typeof value === "bigint" ? fixed(Number(value).toFixed(scale), scale) : plain(value)
}

const failed = (error: SqlError): WarehouseFailed => {
  const fault = Fault.of(error)
  if (fault.subject.startsWith("no such table")) {
    return new WarehouseFailed({
      reason: "Missing",
      operation,
      detail: `there is ${fault.subject.replace("such ", "")} that this account can read. \`sluice list\` shows what there is.`
    })
  }
  if (fault.code === "SQLITE_AUTH") {
    const detail = `${fault.subject} may not be used here: it could reach beyond the tables. Use SQLite's core functions.`
    return new WarehouseFailed({ reason: "NotPermitted", operation, detail })
  }
  return fault.code === "SQLITE_ERROR"
    ? new WarehouseFailed({
        reason: "Other",
        operation,
        detail: `${fault.subject === "" ? "SQLite cannot answer it" : fault.subject} (${fault.code}). Correct the SQL.`
      })
    : Fault.translate(operation, error)
}
