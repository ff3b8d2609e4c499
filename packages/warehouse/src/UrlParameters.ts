import { isIP } from "node:net"
import * as Either from "effect/Either"

/** The modes of TLS, named as in the mysql client. */
export const sslModes = ["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] as const
export type SslMode = (typeof sslModes)[number]

/** The parameters of a server's URL. */
export interface UrlParameters {
  readonly sslMode?: SslMode
  /** A PEM file of certificate authorities. */
  readonly sslCa?: string
  /** The path of a unix socket, used instead of host and port. */
  readonly socket?: string
}

const names = ["ssl-mode", "ssl-ca", "socket"] as const
const known = `The parameters are ${names.slice(0, -1).join(", ")} and ${names.at(-1)}.`

/**
 * Parses the parameters of a server's URL. Unknown, repeated and contradicting parameters are refused. A problem names
 * parameters, never values. If any name looks unlike a name, no name is repeated: a password may contain an unescaped `?`.
 */
export const parse = (url: URL, host: string): Either.Either<UrlParameters, string> => {
  if (url.hash !== "") return Either.left('has a "#". Percent-encode the special characters of user and password.')
  const all = [...url.searchParams]
  if (all.some(([name]) => !/^[A-Za-z][A-Za-z0-9_-]{0,40}$/.test(name))) {
    return Either.left(
      `has something after a "?" that is no parameter. If it is a part of the password, write %3F for the "?". ${known}`
    )
  }
  const seen = new Map<string, string>()
  for (const [name, value] of all) {
    if (!names.some((one) => one === name)) return Either.left(`has a parameter "${name}", which does not exist. ${known}`)
    if (seen.has(name)) return Either.left(`has the parameter "${name}" twice.`)
    if (value === "") return Either.left(`has an empty parameter "${name}".`)
    seen.set(name, value)
  }
  const mode = seen.get("ssl-mode")
  const sslMode = sslModes.find((one) => one === mode)
  const [sslCa, socket] = [seen.get("ssl-ca"), seen.get("socket")]
  if (mode !== undefined && sslMode === undefined) {
    return Either.left(`has an ssl-mode that does not exist. Use ${sslModes.slice(0, -1).join(", ")} or ${sslModes.at(-1)}.`)
  }
  const problem =
    problemOfTls(sslMode, sslCa, host) ?? (socket === undefined ? undefined : problemOfSocket(socket, url, host, sslMode))
  return problem === undefined
    ? Either.right({
        ...(sslMode === undefined ? {} : { sslMode }),
        ...(sslCa === undefined ? {} : { sslCa }),
        ...(socket === undefined ? {} : { socket })
      })
    : Either.left(problem)
}

/** Formats parameters as the end of a URL; empty if there are none. */
export const format = ({ sslCa, sslMode, socket }: UrlParameters): string => {
  const all = { "ssl-mode": sslMode, "ssl-ca": sslCa, socket }
  const set = names.flatMap((name) => (all[name] === undefined ? [] : [`${name}=${encodeURIComponent(all[name])}`]))
  return set.length === 0 ? "" : `?${set.join("&")}`
}

const problemOfTls = (mode: SslMode | undefined, ca: string | undefined, host: string): string | undefined => {
  if (ca !== undefined && mode !== "VERIFY_CA" && mode !== "VERIFY_IDENTITY") {
    return "has ssl-ca, which is used by ssl-mode=VERIFY_CA and ssl-mode=VERIFY_IDENTITY only. Add one of them."
  }
  return mode === "VERIFY_IDENTITY" && isIP(host) !== 0
    ? "has ssl-mode=VERIFY_IDENTITY, which compares the host's name with the certificate, and an address for the host. Use the name, or ssl-mode=VERIFY_CA."
    : undefined
}

const problemOfSocket = (path: string, url: URL, host: string, mode: SslMode | undefined): string | undefined => {
  if (!path.startsWith("/")) return "has a socket whose path does not begin with /."
  if (host !== "localhost" || url.port !== "") return "has a socket, so the host must be localhost, without a port."
  return mode === undefined || mode === "DISABLED"
    ? undefined
    : "has a socket, which needs no TLS: it never leaves this machine. Leave out ssl-mode."
}
