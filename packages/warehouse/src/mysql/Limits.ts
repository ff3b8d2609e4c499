import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as DirectConnection from "./DirectConnection.ts"
import { connectFailed, fewestConnections, mostConnections, statementFailed } from "./errors.ts"

/** A server's limits for an account, independent of its grants. */
export interface Limits {
  /** Whether the server is a read-only replica. */
  readonly readOnly: boolean
  /** The maximum number of concurrent connections; undefined without a limit. */
  readonly connections: number | undefined
}

/** Reads the limits over a short-lived connection, before any pool is made. */
export const ask = (url: MysqlUrl, setting: string): Effect.Effect<Limits, WarehouseFailed> =>
  Effect.scoped(
    Effect.flatMap(Effect.mapError(DirectConnection.open(url), connectFailed(url, setting)), (connection) =>
      Effect.mapError(over(connection), statementFailed("ask the database server what it allows"))
    )
  )

/** Reads the limits over a connection. */
export const over = (connection: DirectConnection.DirectConnection): Effect.Effect<Limits, SqlError> =>
  // The session's value is the account's own limit, or the server's if the account has none.
  Effect.map(connection.query("SELECT @@global.read_only, @@max_user_connections"), ({ rows }) => {
    const [readOnly, most] = rows[0] ?? []
    return {
      readOnly: !/^(?:0|OFF)$/i.test(String(readOnly)),
      connections: Number(most) > 0 ? Number(most) : undefined
    }
  })

/** The connections of each pool of a store. */
export interface Share {
  readonly loads: number
  readonly history: number
}

/**
 * Divides an account's connections among the pools of a writing store. One is reserved for statements that stop others.
 * Undefined if there are too few: a publish and the table that it reads need two, the history one.
 */
export const share = (connections: number | undefined): Share | undefined => {
  if (connections === undefined) return { loads: 16, history: 3 }
  if (connections < fewestConnections) return undefined
  const history = Math.min(3, Math.max(1, Math.floor((connections - 1) / 4)))
  return { loads: Math.min(16, connections - 1 - history), history }
}

/** Fails for a read-only server, before anything is written to it. */
export const demandWritable = ({ readOnly }: Limits, setting: string): Effect.Effect<void, WarehouseFailed> =>
  readOnly
    ? failed(
        `it is read-only (read_only), as replicas are. Name the server that is written to in ${setting}. Commands that only read, such as \`sluice query\`, work here.`
      )
    : Effect.void

/** The connections of each pool of a writing store. Fails if there are too few. */
export const demandShare = ({ connections }: Limits, setting: string): Effect.Effect<Share, WarehouseFailed> => {
  const shared = share(connections)
  return shared === undefined
    ? failed(
        `the account in ${setting} may have ${connections} connections at once (max_user_connections). A run needs ${fewestConnections}, and is fastest with ${mostConnections}. Have its administrator raise the limit.`
      )
    : Effect.succeed(shared)
}

const failed = (detail: string) =>
  new WarehouseFailed({ reason: "Misconfigured", operation: "write to the database server", detail })
