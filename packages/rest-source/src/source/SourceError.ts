import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as NetworkCode from "./NetworkCode.ts"

/** `http://host/users`, without credentials, a query, or a part of an answer. */
const endpoint = Schema.String

/** The keys of the settings that configure a source. Errors advise to change them. */
export const Settings = Schema.Struct({
  address: Schema.String,
  token: Schema.String,
  pageSize: Schema.optionalWith(Schema.String, { exact: true }),
  maxBytes: Schema.optionalWith(Schema.String, { exact: true }),
  threads: Schema.optionalWith(Schema.String, { exact: true })
})
export type Settings = typeof Settings.Type
const settings = Schema.optional(Settings)

interface Configured {
  readonly settings?: Settings | undefined
}

const addressOf = ({ settings }: Configured): string => settings?.address ?? "the source's URL"
const tokenOf = ({ settings }: Configured): string => settings?.token ?? "the source's token"
const pageSizeOf = ({ settings }: Configured): string => settings?.pageSize ?? "`pageSize`"

/** The answer is missing or incomplete: the connection was refused, reset or cut, or the host was not found. */
export class SourceUnreachable extends Schema.TaggedError<SourceUnreachable>()("SourceUnreachable", {
  endpoint,
  /** A few words, with the network's error code if there is one. */
  why: Schema.String,
  settings
}) {
  readonly retryable = true
  override get message() {
    return `GET ${this.endpoint} got no answer: ${this.why}. Check that the API is up and that ${addressOf(this)} is right.`
  }
}

/** The environment's proxy did not let the request through. */
export class SourceProxyFailed extends Schema.TaggedError<SourceProxyFailed>()("SourceProxyFailed", {
  endpoint,
  /** The network's error code, or the status of the proxy's answer. */
  code: Schema.String
}) {
  get retryable(): boolean {
    return !/^4\d\d$/.test(this.code)
  }
  override get message() {
    return `GET ${this.endpoint} did not get through the proxy: ${this.why}. Correct HTTP_PROXY or HTTPS_PROXY, or except the API's host with NO_PROXY.`
  }
  private get why(): string {
    if (this.code === "407") return "it wants a user and a password (407), as in http://user:password@host:port"
    return /^\d+$/.test(this.code) ? `it answered ${this.code}` : NetworkCode.explain(this.code)
  }
}

/** The API's certificate is not trusted. No request was sent. */
export class SourceUntrusted extends Schema.TaggedError<SourceUntrusted>()("SourceUntrusted", {
  endpoint,
  code: Schema.String
}) {
  readonly retryable = false
  override get message() {
    const advice = NetworkCode.isUnknownAuthority(this.code)
      ? "If the certificate is self-signed, or of an authority of your own, set NODE_EXTRA_CA_CERTS in the environment to the authority's PEM file."
      : "Ask those who run the API for a certificate that is valid for its host."
    return `GET ${this.endpoint} was not sent: the certificate of the API is not trusted (${this.code}). ${advice}`
  }
}

/** The answer, or its next part, took too long. */
export class SourceTimedOut extends Schema.TaggedError<SourceTimedOut>()("SourceTimedOut", {
  endpoint,
  phase: Schema.Literal("idle", "total"),
  limitMillis: Schema.Number,
  settings
}) {
  readonly retryable = true
  override get message() {
    const limit = Duration.format(Duration.millis(this.limitMillis))
    return this.phase === "idle"
      ? `GET ${this.endpoint} sent nothing for ${limit}. Check that the API is well; a smaller ${pageSizeOf(this)} asks less of it.`
      : `GET ${this.endpoint} was not done after ${limit}. A smaller ${pageSizeOf(this)} makes each answer shorter.`
  }
}

/** The API answered with a status other than 200. */
export class SourceRejected extends Schema.TaggedError<SourceRejected>()("SourceRejected", {
  endpoint,
  status: Schema.Int,
  retryAfterMillis: Schema.UndefinedOr(Schema.Number),
  /** From 1, if it is known. */
  page: Schema.optional(Schema.Int),
  settings
}) {
  get retryable(): boolean {
    return this.status === 429 || this.status === 408 || this.status === 500 || (this.status >= 502 && this.status <= 504)
  }
  override get message() {
    return `GET ${this.endpoint} answered ${this.status}. ${this.advice}`
  }
  private get advice(): string {
    if (this.retryable) return "This can pass by itself; if it does not, ask those who run the API."
    if (this.page !== undefined && this.page > 1)
      return `That was page ${this.page}; the pages before it came. Nothing was loaded. Run again, and if page ${this.page} is refused again, ask those who run the API how it pages.`
    if (this.status === 401 || this.status === 403) return `Check ${tokenOf(this)}.`
    if (this.status === 404 || this.status === 410) return `Check ${addressOf(this)}: there is no such list.`
    if (this.status === 400 || this.status === 422)
      return `If the API allows fewer rows at a time, set a smaller ${pageSizeOf(this)}. Otherwise check ${addressOf(this)} and what the API expects.`
    if (this.status === 304)
      return "It says that nothing has changed, though nothing was known. Ask those who run the API, or a cache before it."
    if (this.status === 204 || this.status === 206)
      return `It sent ${this.status === 204 ? "nothing" : "a part of the list"}, although the whole list was asked for. Ask those who run the API.`
    return `Check ${addressOf(this)} and what the API expects.`
  }
}

/** The API answered 200 with something that is not the list of rows it should be. */
export class SourceAnswerInvalid extends Schema.TaggedError<SourceAnswerInvalid>()("SourceAnswerInvalid", {
  endpoint,
  /** Continues the sentence "the answer …". */
  why: Schema.String,
  retryable: Schema.Boolean,
  /** What to do next, if it is not to check the address. */
  remedy: Schema.optional(Schema.String),
  /** From 1, if it is known. */
  page: Schema.optional(Schema.Int),
  settings
}) {
  override get message() {
    return `GET ${this.endpoint} cannot be used: the answer ${this.why}. ${this.advice}`
  }
  private get advice(): string {
    if (this.page !== undefined && this.page > 1)
      return `That was page ${this.page}; the pages before it came. Nothing was loaded. ${this.remedy ?? "Ask those who run the API how it pages."}`
    return `Nothing of it was loaded. ${this.remedy ?? `Check that ${addressOf(this)} is the API's address.`}`
  }
}

/** Constructs the error; `why` continues the sentence "the answer …". */
export const invalid = (endpoint: string, why: string, retryable = false): SourceAnswerInvalid =>
  new SourceAnswerInvalid({ endpoint, why, retryable })

/** Constructs the error for a header that should have a total, but no whole number. */
export const totalInvalid = (endpoint: string, header: string): SourceAnswerInvalid =>
  new SourceAnswerInvalid({
    endpoint,
    why: `has a header ${header} that is not a whole number`,
    retryable: false,
    remedy: "Ask those who run the API to correct that header, or to leave it out."
  })

/** An answer is larger than the limit. */
export class SourceTooLarge extends Schema.TaggedError<SourceTooLarge>()("SourceTooLarge", {
  endpoint,
  limit: Schema.Number,
  unit: Schema.Literal("bytes", "bytes of one row", "pages"),
  settings
}) {
  readonly retryable = false
  override get message() {
    return `GET ${this.endpoint} ${this.story}`
  }
  private get story(): string {
    if (this.unit === "bytes") {
      return `answered more than ${this.limit} bytes at once, and reading was stopped. Make ${pageSizeOf(this)} smaller if the API pages, or raise ${this.settings?.maxBytes ?? "`maxBytes`"}.`
    }
    return this.unit === "pages"
      ? `did not come to an end within ${this.limit} pages. Make ${pageSizeOf(this)} larger.`
      : `sent a row of more than ${this.limit} bytes, and reading was stopped. Nothing was loaded. Ask those who run the API what that row is.`
  }
}

/** The pages of an endpoint do not show whether all of its rows were read. */
export class SourcePagingDoubtful extends Schema.TaggedError<SourcePagingDoubtful>()("SourcePagingDoubtful", {
  endpoint,
  /** Rows per request. */
  limit: Schema.Int,
  doubt: Schema.Literal("exactly a page", "the same as the next page", "an earlier page", "empty for ever"),
  settings
}) {
  readonly retryable = false
  override get message() {
    return `GET ${this.endpoint} ${doubts[this.doubt](this.limit, pageSizeOf(this))}`
  }
}

const doubts: Readonly<Record<SourcePagingDoubtful["doubt"], (limit: number, pageSize: string) => string>> = {
  "exactly a page": (limit, pageSize) =>
    `sent the same ${limit} rows as page 1 and as page 2. That is as many as were asked for: they may be all rows, or the first of many. Nothing was loaded. Set another ${pageSize}, best one larger than the number of rows: if fewer come than are asked for, they are all.`,
  "the same as the next page": () =>
    "names a next page, and sent the rows of the page before as that page. Nothing was loaded. Ask those who run the API how it pages.",
  "an earlier page": () =>
    "sent the rows of an earlier page again as a later one: its pages come in a circle. Nothing was loaded. Ask those who run the API how it pages.",
  "empty for ever": () =>
    "sent more than 100 pages without rows, one after the other, and named a next page with each. Nothing was loaded. Ask those who run the API how it pages."
}

/** The thread that parsed an answer ended, perhaps for lack of memory. */
export class SourceReaderEnded extends Schema.TaggedError<SourceReaderEnded>()("SourceReaderEnded", {
  endpoint,
  /** The name of the error that ended the thread, or what the thread lacks. */
  why: Schema.String,
  settings
}) {
  readonly retryable = true
  override get message() {
    const threads = this.settings?.threads
    const remedy = threads === undefined ? "leave out the list's `inThreads`" : `set ${threads}=0`
    return `The thread that read GET ${this.endpoint} ended (${this.why}), and nothing was loaded. If it does so again, ${remedy}, which reads without threads.`
  }
}

export const SourceError = Schema.Union(
  SourceUnreachable,
  SourceUntrusted,
  SourceProxyFailed,
  SourceTimedOut,
  SourceRejected,
  SourceAnswerInvalid,
  SourceTooLarge,
  SourcePagingDoubtful,
  SourceReaderEnded
)
export type SourceError = typeof SourceError.Type

const encode = Schema.encodeSync(SourceError)
const decode = Schema.decodeUnknownSync(SourceError)

/** Adds the number of the page, from 1. */
export const ofPage = (error: SourceError, page: number): SourceError => decode({ ...encode(error), page })

/** Adds the keys of the settings to change. */
export const withSettings = (error: SourceError, settings: Settings): SourceError => decode({ ...encode(error), settings })
