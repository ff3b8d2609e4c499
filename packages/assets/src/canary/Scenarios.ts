import type { Canaries } from "./Canaries.ts"
import type { Reply } from "./CanaryApi.ts"
import * as Api from "./CanaryApi.ts"
import * as Rows from "./CanaryRows.ts"
import type { CanaryStore } from "./CanaryStore.ts"

export type Size = "small" | "full"

/** One run of the pipeline, with its faults. */
export interface Scenario {
  readonly name: string
  readonly users: ReadonlyArray<Reply>
  readonly messages: ReadonlyArray<Reply>
  readonly env?: Readonly<Record<string, string>>
  /** The signal and its time: after a request that the API does not answer, or after an output of the process. */
  readonly signal?: { readonly name: "SIGINT" | "SIGKILL"; readonly when: "stalled" | string }
  /** Makes the store refuse cities after the run's drift check, and then lets the API answer. */
  readonly storeRefuses?: { readonly goOn: () => void }
  /** Lets the API send its delayed answer, once earlier rows are being loaded into a table. */
  readonly whileLoading?: { readonly table: string; readonly goOn: () => void }
  /** Whether every table must be unchanged afterwards. */
  readonly changesNothing?: boolean
  /** Commands that run afterwards, some concurrently, with their exit codes; undefined if stores differ. */
  readonly commands?: ReadonlyArray<readonly [args: ReadonlyArray<string>, code: number | undefined]>
  /** The allowed exit codes; `null` for a killed process. */
  readonly codes: ReadonlyArray<number | null>
}

/** Rows per page. */
export const pageSize = 10

/** All scenarios of a size, in order. `stalled` is called when the API stops answering. */
export const of = (canaries: Canaries, store: CanaryStore, size: Size, stalled: () => void): ReadonlyArray<Scenario> => {
  const count = size === "small" ? 24 : 250
  const good = () => ({
    users: [Api.rows(Rows.users(canaries, count))],
    messages: [Api.rows(Rows.messages(canaries, count))]
  })
  const refused = good()
  const refusal = Api.gate()
  const lost = () => Rows.lostUsers(canaries, 5)
  const says = (what: string) => canaries.text(what)
  const silence = () => Api.half(lost(), stalled)
  const { messages } = good()
  const users = [Api.rows(Rows.users(canaries, count), extras(canaries))]
  const pages = Rows.users(canaries, pageSize * 2)
  const wrong = {
    users: [Api.rows([...Rows.users(canaries, count), ...Rows.wrongUsers(canaries)])],
    messages: [Api.rows([...Rows.messages(canaries, count), ...Rows.wrongMessages(canaries)])]
  }
  const spilling = [Api.rows(pages), Api.rows(pages), silence()]
  const everywhere: ReadonlyArray<Scenario> = [
    { name: "all is well", users, messages, codes: [0], commands: looks },
    failing(canaries, "users"),
    failing(canaries, "messages"),
    { name: "rows with a wrong type in each field", ...wrong, env: { ...threads, SLUICE_MAX_BAD_SHARE: "0.9" }, codes: [0] },
    { name: "too many bad rows", ...wrong, env: { SLUICE_MAX_BAD_SHARE: "0.01" }, codes: [1] },
    {
      name: "a truncated answer, status 500, a web page; an answer cut, reset, no list",
      users: [Api.truncated(lost()), Api.json(lost(), 500), Api.html(says("a web page"))],
      messages: [Api.cut(lost()), Api.reset(lost()), Api.json({ error: says("an error object") })],
      env: threads,
      codes: [1]
    },
    {
      name: "a database that refuses a row and quotes it",
      ...refused,
      users: refused.users.map(refusal.hold),
      storeRefuses: { goOn: refusal.open },
      codes: [1]
    },
    ...Object.entries(store.wrongSettings).map(([name, env]) => ({ name, users, messages, env, codes: [1, 2] })),
    {
      name: "a source URL with a password",
      users,
      messages,
      env: { SPARK_API_URL: `http://user:${canaries.word("a password in SPARK_API_URL")}@127.0.0.1:1` },
      codes: [2]
    },
    {
      name: "silence, interrupted",
      users: [silence()],
      messages,
      signal: { name: "SIGINT", when: "stalled" },
      codes: [130]
    },
    {
      name: "killed while rows are spilled",
      users: spilling,
      messages,
      // Sequential pages: the API stops answering after the two previous pages have been spilled.
      env: { ...threads, SLUICE_ROWS_IN_MEMORY: "0", SLUICE_PAGE_SIZE: String(pageSize), SLUICE_FETCH_AHEAD: "0" },
      signal: { name: "SIGKILL", when: "stalled" },
      codes: [null]
    }
  ]
  return [
    ...everywhere,
    ...(size === "full" ? more() : []),
    { name: "all is well again, in coarser columns", ...good(), env: coarse, codes: [0], commands: looks }
  ]

  function more(): ReadonlyArray<Scenario> {
    const bodies: ReadonlyArray<readonly [name: string, reply: () => Reply]> = [
      ["status 401", () => Api.json(lost(), 401)],
      ["a status with words of its own", () => Api.talkative(canaries.word("words of a status"))],
      ["a redirect to nothing", () => Api.detour(says("a detour"))],
      ["a type that is none", () => Api.oddType(canaries.word("a content type"))],
      ["a redirect to elsewhere", () => Api.redirect(says("a redirect"))],
      ["bytes that are not UTF-8", () => Api.notUtf8(says("bad UTF-8"))],
      ["compression that is none", () => Api.notGzip(says("bad gzip"))],
      ["a string for a list", () => Api.json(says("a string"))]
    ]
    const transport = bodies.flatMap(([name, reply]) => [
      { name: `users: ${name}`, users: [reply()], messages, codes: [1] },
      { name: `messages: ${name}`, users, messages: [reply()], env: threads, codes: [1] }
    ])
    const signals = (["SIGINT", "SIGKILL"] as const).flatMap((name) => {
      const rows = good()
      return ["sensitive_city_ids", "users_raw", "messages_raw"].map((asset) => ({
        name: `${name} as ${asset} begins`,
        ...rows,
        env: { ...threads, SLUICE_ROWS_IN_MEMORY: "0" },
        signal: { name, when: `▸ ${asset}` },
        // On a small machine, the process may end before its start is noticed.
        codes: name === "SIGINT" ? [130, 0] : [null, 0]
      }))
    })
    return [...transport, ...signals]
  }
}

/** Headers with any content, and a duplicate field, of which the later one counts. */
const extras = (canaries: Canaries): Api.Extras => {
  const again = JSON.stringify(canaries.text("a field that comes twice"))
  return {
    headers: {
      etag: `"${canaries.word("ETag")}"`,
      "last-modified": `Mon, 02 Jan 2023 00:00:00 GMT (${canaries.word("Last-Modified")})`,
      "set-cookie": `session=${canaries.word("Set-Cookie")}`,
      "x-request-id": canaries.word("X-Request-Id")
    },
    edit: (text) => text.replaceAll('"country":', `"zipCode":${again},"country":`)
  }
}

/** The source fails for good in its fourth page, while earlier rows are being loaded. */
const failing = (canaries: Canaries, source: "users" | "messages"): Scenario => {
  const gate = Api.gate()
  const large = 1_000
  const rows = Rows.manyMessages(canaries, large * 4)
  const lost = Rows.lostUsers(canaries, 20)
  const pages = Array.from({ length: 3 }, () => Api.rows(source === "users" ? lost : rows))
  const failure = gate.hold(Api.html(canaries.text("a web page after good pages")))
  const script = [...pages, failure]
  const refused = [Api.json([], 403)]
  return {
    name: `${source} fail for good while those before are loaded`,
    users: source === "users" ? script : refused,
    messages: source === "messages" ? script : refused,
    env: {
      ...threads,
      ...{ SLUICE_PAGE_SIZE: String(source === "users" ? 5 : large), SLUICE_FETCH_AHEAD: "0", SLUICE_ROWS_IN_MEMORY: "0" }
    },
    whileLoading: { table: source === "users" ? "subscriptions_raw" : "messages_raw", goOn: gate.open },
    changesNothing: true,
    codes: [1]
  }
}

/** By default, so few rows would be read in place. */
const threads = { SLUICE_READING_THREADS: "2" }

const coarse = { SLUICE_BIRTH: "band", SLUICE_INCOME: "band", SLUICE_EMAIL_DOMAIN_MIN: "2" }

/** Every command that people run after a run. */
const looks: NonNullable<Scenario["commands"]> = [
  ...["text", "markdown", "json"].map((format) => [["privacy", "report", "--format", format], 0] as const),
  [["query", "SELECT * FROM users_raw", "--as", "analyst", "--json"], 0],
  [["query", "SELECT city FROM sensitive_city_ids", "--as", "analyst"], 2],
  // Some store refuses this with a message that quotes the value.
  [["query", "SELECT CAST(JSON_EXTRACT('{}', city) AS CHAR(9)) FROM sensitive_city_ids"], undefined],
  [["query", "SELECT EXTRACTVALUE(1, CONCAT('~', city)) FROM sensitive_city_ids"], 2],
  [["runs", "show"], 0],
  [["runs", "show", "--json"], 0],
  [["runs", "logs"], 0],
  [["runs", "logs", "--json"], 0],
  [["asset", "users_raw"], 0],
  [["list"], 0]
]
