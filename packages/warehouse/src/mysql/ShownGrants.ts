import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as SqlText from "../sql/SqlText.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as DirectConnection from "./DirectConnection.ts"
import { connectFailed, statementFailed } from "./errors.ts"
import type { Account } from "./UserQuery.ts"

/** Sends the server one statement, and returns its rows. */
export type Ask = (sql: string) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, WarehouseFailed>

/** The grants that an account sees of itself. */
export interface ShownGrants {
  /** The account in SQL: `'analyst'@'%'`. */
  readonly account: string
  readonly user: string
  /** The lines of SHOW GRANTS, without rights by roles; MariaDB's hold the password's hash. */
  readonly lines: ReadonlyArray<string>
}

/** The grants of the connected account. */
export const shownTo = (ask: Ask): Effect.Effect<ShownGrants, WarehouseFailed> =>
  Effect.gen(function* () {
    const [[name] = []] = yield* ask("SELECT CURRENT_USER()")
    const text = String(name)
    const [user, host] = [text.slice(0, text.lastIndexOf("@")), text.slice(text.lastIndexOf("@") + 1)]
    const account = `${literal(user)}@${literal(host)}`
    // By its name, because with FOR CURRENT_USER() MySQL includes the rights of active roles.
    const lines = (yield* ask(`SHOW GRANTS FOR ${account}`)).map(([line]) => String(line))
    return { account, user, lines }
  })

/** The grants of each entry of an account, as an administrator sees them. An account has an entry for each host. */
export const ofEveryHost = (ask: Ask, user: string): Effect.Effect<ReadonlyArray<ShownGrants>, WarehouseFailed> =>
  Effect.gen(function* () {
    const hosts = yield* ask(`SELECT Host FROM mysql.user WHERE User = ${literal(user)} ORDER BY Host`)
    return yield* Effect.forEach(hosts, ([host]) => {
      const account = `${literal(user)}@${literal(String(host))}`
      return Effect.map(ask(`SHOW GRANTS FOR ${account}`), (rows) => ({
        account,
        user,
        lines: rows.map(([line]) => String(line))
      }))
    })
  })

/** Connects as the account of a client. */
export const askOver =
  (client: SqlClient): Ask =>
  (sql) =>
    Effect.mapError(Effect.provideService(SqlText.values(sql), SqlClient, client), failed)

/** Connects as an account, until the scope ends. */
export const askAs = ({ setting, url }: Account): Effect.Effect<Ask, WarehouseFailed, Scope.Scope> =>
  Effect.map(
    Effect.mapError(DirectConnection.open({ ...url, database: "" }), connectFailed({ ...url, database: "" }, setting)),
    over
  )

/** Uses a connection. */
export const over =
  (connection: DirectConnection.DirectConnection): Ask =>
  (sql) =>
    Effect.mapError(
      Effect.map(connection.query(sql), ({ rows }) => rows),
      failed
    )

/** Whether the server refuses the account or its password. */
export const isRefused = ({ reason }: WarehouseFailed): boolean => reason === "AccessDenied"

const failed: (error: SqlError) => WarehouseFailed = statementFailed("compare the accounts with what is declared")

/** Text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
