import type { Readable } from "node:stream"
import type { Connection } from "@effect/sql/SqlConnection"

/** The parts of the driver's connection that the pool needs and @effect/sql does not expose. */
export interface Driver {
  /** The server's name for the connection, which KILL takes. */
  readonly threadId: number
  /** Closes the socket at once. The pool forgets the connection. */
  readonly destroy: () => void
  /**
   * Sends a statement in the text protocol. If the server asks for a local file, by any name, it is sent the result of this
   * statement's `infileStreamFactory`; in any other statement it is sent nothing.
   */
  readonly query: (
    options: { readonly sql: string; readonly infileStreamFactory: () => Readable },
    done: (error: Error | null, answer: { readonly affectedRows: number; readonly warningStatus: number }) => void
  ) => unknown
  /** Prepares a statement, or finds it prepared, and does not run it. */
  readonly prepare: (
    options: { readonly sql: string },
    done: (error: Error | null, statement: { readonly columns: ReadonlyArray<{ readonly name: string }> }) => void
  ) => unknown
  /** Closes a prepared statement. */
  readonly unprepare: (sql: string) => unknown
}

/** The number of changed rows, from the driver's result of `executeRaw`. */
export const affectedRows = (answer: unknown): number => (answer as { readonly affectedRows: number }).affectedRows

/** The mysql2 connection of a reserved `@effect/sql-mysql2` connection, which keeps it in a private field. */
export const driverOf = (connection: Connection): Driver => (connection as unknown as { readonly conn: Driver }).conn
