import * as Driver from "../internal/libsqlDriver.ts"

/** A synchronous connection, with statements cached by their text. Throws the driver's errors. */
export interface Session {
  readonly database: Driver.Database
  /** Runs a statement for its effect. */
  readonly run: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => void
  /** The rows of a statement, as arrays in column order. */
  readonly values: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => ReadonlyArray<ReadonlyArray<unknown>>
  /** The rows of a statement, as objects. */
  readonly rows: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => ReadonlyArray<unknown>
}

/** The parts of a session that only the client uses. */
export interface Owned extends Session {
  /**
   * The rows of a statement, as arrays, computed on another thread. See `Driver.beside` for what must not be done meanwhile.
   */
  readonly beside: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => Promise<ReadonlyArray<ReadonlyArray<unknown>>>
}

const cachedStatements = 64

export const make = (database: Driver.Database): Owned => {
  const cache = new Map<string, Driver.Statement>()
  const prepared = (sql: string): Driver.Statement => {
    const found = cache.get(sql)
    if (found !== undefined) return found
    const statement = database.prepare(sql)
    for (const oldest of cache.keys()) {
      if (cache.size < cachedStatements) break
      cache.delete(oldest)
    }
    cache.set(sql, statement)
    return statement
  }
  const all = (sql: string, parameters: ReadonlyArray<Driver.Bound>, raw: boolean) => {
    const statement = prepared(sql)
    if (statement.reader) {
      statement.raw(raw)
      return statement.all(parameters)
    }
    statement.run(parameters)
    return []
  }
  return {
    database,
    run: (sql, parameters) => void prepared(sql).run(parameters),
    values: (sql, parameters) => Driver.rowsOf<ReadonlyArray<unknown>>(all(sql, parameters, true)),
    rows: (sql, parameters) => all(sql, parameters, false),
    beside: async (sql, parameters) => {
      const statement = prepared(sql)
      if (statement.reader) statement.raw(true)
      return Driver.rowsOf(await Driver.beside(statement, parameters))
    }
  }
}
