import * as Effect from "effect/Effect"

/** What libSQL's driver binds. Anything else, a boolean for one, makes it abort the process. */
export type Bound = string | number | bigint | Uint8Array | null

/** As much of libSQL's synchronous driver as is used, typed without its `any`s. Everything throws. */
export interface Database {
  prepare(sql: string): Statement
  exec(sql: string): unknown
  close(): unknown
  interrupt(): unknown
  readonly inTransaction: boolean
}

/** A prepared statement. Text comes back cut at its first NUL; whatever is not UTF-8 makes the driver abort the process. */
export interface Statement {
  readonly reader: boolean
  run(parameters: ReadonlyArray<Bound>): unknown
  all(parameters: ReadonlyArray<Bound>): Array<unknown>
  iterate(parameters: ReadonlyArray<Bound>): Iterator<unknown>
  raw(on: boolean): unknown
  safeIntegers(on: boolean): unknown
  columns(): ReadonlyArray<{ readonly name: string; readonly type: string | null }>
}

/** Loads the native module, and gives what opens a file, or a `file:` URI. It is loaded once a process. */
export const load: Effect.Effect<(path: string) => Database, unknown> = Effect.map(
  Effect.tryPromise({ try: () => import("libsql"), catch: (error) => error }),
  ({ default: Libsql }) =>
    (path) => {
      const database: unknown = new Libsql(path, { timeout: 0 })
      return database as Database
    }
)

/**
 * Starts a statement on a thread of the driver's own, while the main thread goes on. That thread finds the first row; the
 * iterator finds all others on the main thread. Until it has settled, nothing else may use the connection but `interrupt`,
 * which then waits for nothing. An error of the first row shows in the iterator.
 */
export const iterateBeside = async (statement: Statement, parameters: ReadonlyArray<Bound>): Promise<Iterator<unknown>> => {
  iterating ??= iterateOf()
  const iterate = await iterating
  return iterate.call(statement, parameters)
}

/** Runs a statement by `iterateBeside`, and answers its rows. */
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
 * The package's other interface has classes of its own around the same handles, and exports one of the two. The statement has
 * a connection of its own: the main thread waits for a busy connection when it collects one of its statements.
 */
const iterateOf = async (): Promise<Iterate> => {
  const { default: Libsql } = await import("libsql/promise")
  const statement: { readonly iterate: Iterate } = await new Libsql(":memory:", {}).prepare("SELECT 1")
  return statement.iterate
}

/** Rows as the columns of the statement that selected them say they are. */
export const rowsOf = <A>(rows: ReadonlyArray<unknown>): ReadonlyArray<A> => rows as ReadonlyArray<A>
