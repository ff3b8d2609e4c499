import * as Effect from "effect/Effect"

/** The values that libSQL's driver binds. Any other value, such as a boolean, aborts the process. */
export type Bound = string | number | bigint | Uint8Array | null

/** The used parts of libSQL's synchronous driver, typed without `any`. Every function throws. */
export interface Database {
  prepare(sql: string): Statement
  exec(sql: string): unknown
  close(): unknown
  interrupt(): unknown
  readonly inTransaction: boolean
}

/** A prepared statement. Text is cut at its first NUL; text that is not UTF-8 aborts the process. */
export interface Statement {
  readonly reader: boolean
  run(parameters: ReadonlyArray<Bound>): unknown
  all(parameters: ReadonlyArray<Bound>): Array<unknown>
  iterate(parameters: ReadonlyArray<Bound>): Iterator<unknown>
  raw(on: boolean): unknown
  safeIntegers(on: boolean): unknown
  columns(): ReadonlyArray<{ readonly name: string; readonly type: string | null }>
}

/** Loads the native module once a process, and returns the function that opens a path or `file:` URI. */
export const load: Effect.Effect<(path: string) => Database, unknown> = Effect.map(
  Effect.tryPromise({ try: () => import("libsql"), catch: (error) => error }),
  ({ default: Libsql }) =>
    (path) => {
      const database: unknown = new Libsql(path, { timeout: 0 })
      return database as Database
    }
)

/**
 * Starts a statement on the driver's own thread, which computes the first row; the iterator computes the others on the main
 * thread. Until the promise settles, nothing else may use the connection except `interrupt`, which then does not wait. An error
 * of the first row is thrown by the iterator.
 */
export const iterateBeside = async (statement: Statement, parameters: ReadonlyArray<Bound>): Promise<Iterator<unknown>> => {
  iterating ??= iterateOf()
  const iterate = await iterating
  return iterate.call(statement, parameters)
}

/** Runs a statement by `iterateBeside` and returns its rows. */
export const beside = async (statement: Statement, parameters: ReadonlyArray<Bound>): Promise<ReadonlyArray<unknown>> => {
  const rows: Array<unknown> = []
  const iterator = await iterateBeside(statement, parameters)
  // Past the end, the statement would run again.
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) rows.push(next.value)
  return rows
}

type Iterate = (this: Statement, parameters: ReadonlyArray<Bound>) => Promise<Iterator<unknown>>
let iterating: Promise<Iterate> | undefined

/**
 * The package's other interface has its own classes around the same handles, and exports one of the two. The statement has its
 * own connection, since the main thread waits for a busy connection when it collects one of its statements.
 */
const iterateOf = async (): Promise<Iterate> => {
  const { default: Libsql } = await import("libsql/promise")
  const statement: { readonly iterate: Iterate } = await new Libsql(":memory:", {}).prepare("SELECT 1")
  return statement.iterate
}

/** Types rows by the columns of the statement that selected them. */
export const rowsOf = <A>(rows: ReadonlyArray<unknown>): ReadonlyArray<A> => rows as ReadonlyArray<A>
