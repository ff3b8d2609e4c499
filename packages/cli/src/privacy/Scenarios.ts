import type { Canaries } from "./Canaries.ts"
import type { Reply } from "./CanaryApi.ts"
import * as Api from "./CanaryApi.ts"
import * as Rows from "./CanaryRows.ts"
import type { CanaryStore } from "./CanaryStore.ts"

export type Size = "small" | "full"

/** One run of the pipeline, and what is done to it. */
export interface Scenario {
  readonly name: string
  readonly users: ReadonlyArray<Reply>
  readonly messages: ReadonlyArray<Reply>
  readonly env?: Readonly<Record<string, string>>
  /** The signal it gets, and when: once the API was asked for what it does not answer, or once the process said something. */
  readonly signal?: { readonly name: "SIGINT" | "SIGKILL"; readonly when: "stalled" | string }
  readonly storeRefuses?: boolean
  /** The exit codes that it may have; `null` for a process that was killed. */
  readonly codes: ReadonlyArray<number | null>
}

/** Rows to a page. */
export const pageSize = 10

/** All scenarios of a size, in their order. `stalled` is called when the API falls silent. */
export const of = (canaries: Canaries, store: CanaryStore, size: Size, stalled: () => void): ReadonlyArray<Scenario> => {
  const count = size === "small" ? 24 : 250
  const good = () => ({
    users: [Api.rows(Rows.users(canaries, count))],
    messages: [Api.rows(Rows.messages(canaries, count))]
  })
  const lost = () => Rows.lostUsers(canaries, 5)
  const says = (what: string) => canaries.text(what)
  const silence = () => Api.half(lost(), stalled)
  const { messages, users } = good()
  const pages = Rows.users(canaries, pageSize * 2)
  const wrong = {
    users: [Api.rows([...Rows.users(canaries, count), ...Rows.wrongUsers(canaries)])],
    messages: [Api.rows([...Rows.messages(canaries, count), ...Rows.wrongMessages(canaries)])]
  }
  const spilling = [Api.rows(pages), Api.rows(pages), silence()]
  const everywhere: ReadonlyArray<Scenario> = [
    { name: "all is well", users, messages, codes: [0] },
    { name: "rows with a wrong type in each field", ...wrong, env: { SLUICE_MAX_BAD_SHARE: "0.9" }, codes: [0] },
    { name: "too many bad rows", ...wrong, env: { SLUICE_MAX_BAD_SHARE: "0.01" }, codes: [1] },
    {
      name: "a truncated answer, status 500, a web page; an answer cut, reset, no list",
      users: [Api.truncated(lost()), Api.json(lost(), 500), Api.html(says("a web page"))],
      messages: [Api.cut(lost()), Api.reset(lost()), Api.json({ error: says("an error object") })],
      codes: [1]
    },
    { name: "a database that refuses a row and quotes it", ...good(), storeRefuses: true, codes: [1] },
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
      env: { SLUICE_ROWS_IN_MEMORY: "0", SLUICE_PAGE_SIZE: String(pageSize) },
      signal: { name: "SIGKILL", when: "stalled" },
      codes: [null]
    }
  ]
  return [...everywhere, ...(size === "full" ? more() : []), { name: "all is well again", ...good(), codes: [0] }]

  function more(): ReadonlyArray<Scenario> {
    const bodies: ReadonlyArray<readonly [name: string, reply: () => Reply]> = [
      ["status 401", () => Api.json(lost(), 401)],
      ["a redirect to elsewhere", () => Api.redirect(says("a redirect"))],
      ["bytes that are not UTF-8", () => Api.notUtf8(says("bad UTF-8"))],
      ["compression that is none", () => Api.notGzip(says("bad gzip"))],
      ["a string for a list", () => Api.json(says("a string"))]
    ]
    const transport = bodies.flatMap(([name, reply]) => [
      { name: `users: ${name}`, users: [reply()], messages, codes: [1] },
      { name: `messages: ${name}`, users, messages: [reply()], codes: [1] }
    ])
    const signals = (["SIGINT", "SIGKILL"] as const).flatMap((name) => {
      const rows = good()
      return ["sensitive_city_ids", "users_raw", "messages_raw"].map((asset) => ({
        name: `${name} as ${asset} begins`,
        ...rows,
        env: { SLUICE_ROWS_IN_MEMORY: "0" },
        signal: { name, when: `▸ ${asset}` },
        // A small machine may be done before it is noticed that it has begun.
        codes: name === "SIGINT" ? [130, 0] : [null, 0]
      }))
    })
    return [...transport, ...signals]
  }
}
