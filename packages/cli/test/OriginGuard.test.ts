import definitions from "@sluice/assets/definitions"
import type { Origin } from "@sluice/core/definitions/Origin"
import * as Selection from "@sluice/core/graph/Selection"
import * as SelectionQuery from "@sluice/core/graph/SelectionQuery"
import * as Plan from "@sluice/core/plan/Plan"
import type { Materialization } from "@sluice/core/run/RunRecord"
import * as Either from "effect/Either"
import { expect, it } from "vitest"
import * as OriginGuard from "../src/OriginGuard.ts"

const { graph } = Either.getOrThrow(definitions.sealed)

const planOf = (...names: ReadonlyArray<string>) => {
  const [first, ...rest] = names.map((name): Selection.Selection => Selection.name(name))
  const selection = first === undefined ? Selection.all : Selection.union([first, ...rest])
  const selected = Either.getOrThrow(SelectionQuery.resolve(selection, graph))
  return Either.getOrThrow(Plan.make(graph, { selection: "", selected, isMaterialized: () => true }))
}

/** Every asset as made from one place, but for those that are said to come from another. */
const from = (origin: string | undefined, others: Readonly<Record<string, string>> = {}) =>
  new Map(
    graph.names.map((asset): readonly [string, Materialization] => {
      const place = others[asset] ?? origin
      const provenance = { code: "c", inputs: {}, data: "d", ...(place === undefined ? {} : { origins: [place] }) }
      return [asset, { asset, runId: "r", at: "", durationMillis: 1, metadata: {}, provenance }]
    })
  )

const sampleOrigin: Origin = { name: "sample", description: "the sample", sampleFor: "SPARK_API_URL" }
const api = (name: string): Origin => ({ name, description: `the API at ${name}`, sampleFor: undefined })

const [staging, production] = ["https://staging.example.com", "https://api.example.com"]

it("says nothing of a first run, of the same source, of what no source is said of, and of the sample giving way", () => {
  expect([
    OriginGuard.judge(planOf(), new Map(), sampleOrigin),
    OriginGuard.judge(planOf(), new Map(), api(production)),
    OriginGuard.judge(planOf(), from("sample"), sampleOrigin),
    OriginGuard.judge(planOf(), from(production), api(production)),
    OriginGuard.judge(planOf(), from(undefined), sampleOrigin),
    OriginGuard.judge(planOf(), from("sample"), api(production))
  ]).toEqual([undefined, undefined, undefined, undefined, undefined, undefined])
})

it("refuses the sample where it would replace real rows, or stand beside them, and says what to do", () => {
  const then =
    "since SPARK_API_URL is not set. Set it in the environment or in .env. To use the sample, pass --allow-sample-data."
  expect([
    OriginGuard.judge(planOf(), from(production), sampleOrigin),
    OriginGuard.judge(planOf("messages_raw"), from("sample", { users_raw: production }), sampleOrigin)
  ]).toEqual([
    {
      refused: true,
      detail: `sensitive_city_ids, sensitive_zipcode_ids and 4 more were made from ${production}, and this run would replace that with the bundled sample data, ${then}`
    },
    {
      refused: true,
      detail: `users_raw was made from ${production}, and this run would put the bundled sample data beside that, ${then}`
    }
  ])
})

it("tells, and does not refuse, that one API takes the place of another, and what keeps the rows of another", () => {
  const mixed = from(staging, { messages_raw: "sample" })
  expect([
    OriginGuard.judge(planOf("messages_raw"), from(staging), api(production)),
    OriginGuard.judge(planOf("subscriptions_raw"), mixed, api(staging))
  ]).toEqual([
    {
      refused: false,
      detail: `messages_raw was made from ${staging}, and will be made from ${production}. sensitive_city_ids, sensitive_zipcode_ids and 3 more keep their rows from ${staging}.`
    },
    { refused: false, detail: "messages_raw keeps its rows from sample." }
  ])
})

// Regression: where a first run of an API had made nothing yet, its retry made everything of the sample.
it("refuses to carry on with the sample what read an API, though it made nothing", () => {
  const refused = `Run r1 read from ${production}, and this run would continue it with the bundled sample data, since SPARK_API_URL is not set. Set it in the environment or in .env. To use the sample, pass --allow-sample-data.`
  const judged = (first: string | undefined, origin: Origin) =>
    OriginGuard.judge(planOf(), new Map(), origin, { runId: "r1", origin: first })?.detail
  expect([
    judged(production, sampleOrigin),
    judged("sample", sampleOrigin),
    judged(undefined, sampleOrigin),
    judged(production, api(staging))
  ]).toEqual([refused, undefined, undefined, undefined])
})

it("leaves a run alone that reads no source", () => {
  expect(OriginGuard.judge(planOf("messages_per_day"), from(production), sampleOrigin)).toBeUndefined()
})
