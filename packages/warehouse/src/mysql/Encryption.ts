import * as Log from "@sluice/core/Log"
import * as Effect from "effect/Effect"
import * as DatabaseUrl from "../DatabaseUrl.ts"
import * as DirectConnection from "./DirectConnection.ts"
import { faultOf, noTls } from "./errors.ts"

/**
 * Decides how connections to a server are encrypted, once for all connections with the returned URL. PREFERRED becomes
 * REQUIRED, or DISABLED if the server says that it has no TLS. An attacker on the network can forge that; the other modes
 * prevent it. The first real connection reports all other errors. A clear-text connection over a network is a warning, once for
 * each process. `setting` names the setting with the URL.
 */
export const settle = Effect.fn("Encryption.settle")(function* (
  url: DatabaseUrl.MysqlUrl,
  setting: string
): Effect.fn.Return<DatabaseUrl.MysqlUrl> {
  const asked = DatabaseUrl.sslModeOf(url)
  const sslMode = asked === "PREFERRED" ? yield* preferred(url) : asked
  if (sslMode === "DISABLED" && (asked === "PREFERRED" || !DatabaseUrl.isLocal(url))) {
    const why = asked === "PREFERRED" ? "the server offers no TLS" : `${setting} has ssl-mode=DISABLED`
    yield* warnOnce(
      `the connection to the database server at ${DatabaseUrl.placeOf(url)} is not encrypted: ${why}. Whoever is on the network between can read rows and change them. Use ssl-mode=VERIFY_IDENTITY and a server with TLS.`
    )
  }
  return { ...url, sslMode }
})

const preferred = (url: DatabaseUrl.MysqlUrl) =>
  DirectConnection.open({ ...url, sslMode: "REQUIRED" }).pipe(
    Effect.scoped,
    Effect.match({
      onFailure: (error) => (faultOf(error.cause).code === noTls ? ("DISABLED" as const) : ("REQUIRED" as const)),
      onSuccess: () => "REQUIRED" as const
    })
  )

const warned = new Set<string>()

const warnOnce = (text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (warned.has(text)) return Effect.void
    warned.add(text)
    return Log.warning(text)
  })
