import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { ConnectionOptions } from "mysql2"
import * as AuthorityFile from "../AuthorityFile.ts"
import * as DatabaseUrl from "../DatabaseUrl.ts"
import { sqlError, unreadableAuthorities } from "./errors.ts"

/** Where the driver connects to, and how. */
export type Options = Pick<ConnectionOptions, "host" | "port" | "socketPath" | "ssl">

/**
 * The driver's options for a URL. PREFERRED is REQUIRED here, so that no connection falls back by itself: `Encryption.settle`
 * decides once whether the server has TLS at all.
 */
export const options = (url: DatabaseUrl.MysqlUrl): Effect.Effect<Options, SqlError> => {
  if (url.socket !== undefined) return Effect.succeed({ socketPath: url.socket })
  const { host, port } = url
  const mode = DatabaseUrl.sslModeOf(url)
  switch (mode) {
    case "DISABLED":
      return Effect.succeed({ host, port })
    case "PREFERRED":
    case "REQUIRED":
      return Effect.succeed({ host, port, ssl: { rejectUnauthorized: false } })
    case "VERIFY_CA":
    case "VERIFY_IDENTITY":
      return Effect.map(authorities(url), (ca) => ({
        host,
        port,
        ssl: { ...ca, rejectUnauthorized: true, verifyIdentity: mode === "VERIFY_IDENTITY" }
      }))
  }
}

const authorities = ({ sslCa }: DatabaseUrl.MysqlUrl): Effect.Effect<{ readonly ca?: string }, SqlError> => {
  if (sslCa === undefined) return Effect.succeed({})
  return Effect.suspend(() => {
    const ca = AuthorityFile.read(sslCa)
    return ca === undefined ? sqlError({ code: unreadableAuthorities }) : Effect.succeed({ ca })
  })
}
