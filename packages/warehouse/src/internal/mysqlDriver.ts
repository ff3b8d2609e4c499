import type { Readable } from "node:stream"
import type { Connection } from "@effect/sql/SqlConnection"

/** What the pool needs of the driver's connection and @effect/sql does not tell. */
export interface Driver {
  /** The server's name for the connection, which KILL takes. */
  readonly threadId: number
  /** Closes the socket at once. The pool forgets the connection. */
  readonly destroy: () => void
  /**
   * Sends a statement in the text protocol. A server that asks for a local file, by whatever name, is sent what
   * `infileStreamFactory` of this very statement answers; asking in any other statement, it is sent nothing.
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

/** How many rows a statement that answers none has changed, by what `executeRaw` gives of the driver's answer. */
export const affectedRows = (answer: unknown): number => (answer as { readonly affectedRows: number }).affectedRows

/** The mysql2 connection under a reserved connection of `@effect/sql-mysql2`, which keeps it in a field that it calls private. */
export const driverOf = (connection: Connection): Driver => (connection as unknown as { readonly conn: Driver }).conn
