/**
 * The code of a network error (`ECONNREFUSED`), from the error or its causes. Messages are not read, since they quote addresses
 * and bodies.
 */
export const of = (error: unknown): string | undefined => {
  let current = error
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string" && /^[A-Z][A-Z0-9_]{1,47}$/.test(current.code)) {
      return current.code
    }
    if ("errors" in current && Array.isArray(current.errors) && current.errors.length > 0) current = current.errors[0]
    else current = "cause" in current ? current.cause : undefined
  }
  return undefined
}

/** Marks the code of a proxy's error, or the status of its refusal. */
export const ofProxy = (code: string | undefined): string => `PROXY_${code ?? "UNKNOWN"}`

/** The code or status within a result of `ofProxy`. */
export const behindProxy = (code: string | undefined): string | undefined => /^PROXY_(.*)$/.exec(code ?? "")?.[1]

/** A code in words. */
export const explain = (code: string | undefined): string => {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused (ECONNREFUSED)"
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host was not found (${code})`
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return `the connection was lost (${code})`
    case "EMFILE":
      return "this process may open no more files (EMFILE); raise its limit with `ulimit -n 256`"
    case "Z_BUF_ERROR":
      return "the connection was lost, or the compressed answer is only a part (Z_BUF_ERROR)"
    case undefined:
      return "the connection failed"
    default:
      return `the connection failed (${code})`
  }
}

/** Whether the code means a lost connection. */
export const isLost = (code: string | undefined): boolean =>
  code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET"

/** Whether the code means that the server's certificate is not trusted. */
export const isUntrusted = (code: string | undefined): boolean => code !== undefined && untrusted.has(code)

/** Whether the authority is unknown; `NODE_EXTRA_CA_CERTS` can name it. */
export const isUnknownAuthority = (code: string): boolean => unknownAuthority.has(code)

const unknownAuthority: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])
const untrusted: ReadonlySet<string> = new Set([
  ...unknownAuthority,
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

/** Whether the code means invalid compressed data. Truncated data is not meant. */
export const isBadCompression = (code: string | undefined): boolean =>
  code !== undefined &&
  (/^Z_(?!BUF_ERROR$)/.test(code) || /^ERR_(?:BROTLI|_ERROR_)/.test(code) || code === "ERR_BUFFER_TOO_LARGE")
