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

/** Rows as the columns of the statement that selected them say they are. */
export const rowsOf = <A>(rows: ReadonlyArray<unknown>): ReadonlyArray<A> => rows as ReadonlyArray<A>
