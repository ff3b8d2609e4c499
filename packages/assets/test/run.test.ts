import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { expect, it } from "@effect/vitest"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as FaultyApi from "../../rest-source/test/support/FaultyApi.ts"
import * as Reply from "../../rest-source/test/support/Reply.ts"
import definitions from "../src/definitions.ts"
import { SparkApi } from "../src/SparkApi.ts"
import * as Memory from "./support/memory.ts"
import { message, subscription, user } from "./support/sources.ts"

const { graph: pipeline } = Either.getOrThrow(definitions.sealed)

const canary = "CANARY"

/** Runs the whole pipeline against an API, without waiting for time to pass. */
const runAll = Effect.fnUntraced(function* (url: string) {
  const { layer, written } = yield* Memory.make
  const graph = pipeline
  const plan = yield* Plan.make(graph, {
    selection: "*",
    selected: graph.names.map((_, i) => i),
    isMaterialized: () => false
  })
  const events: Array<RunEvent> = []
  const api = SparkApi.layer({ url: new URL(url), pageSize: 100, idle: "30 days", total: "60 days" })
  const observe = (some: ReadonlyArray<RunEvent>) => Effect.sync(() => void events.push(...some))
  const run = yield* Effect.fork(
    Effect.provide(
      Executor.run(plan, { concurrency: 4, observe }),
      Layer.mergeAll(layer, RunStore.layerMemory, Layer.provide(api, NodeHttpClient.layer))
    )
  )
  while (Option.isNone(yield* Fiber.poll(run))) {
    yield* TestClock.adjust("1 second")
    yield* Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))
  }
  const result = yield* Fiber.join(run)
  const ended = RunResult.stepsOf(result).map(({ asset, state }) => [asset, state._tag] as const)
  const [published, quarantined] = [yield* written("table"), yield* written("quarantine")]
  return { published, quarantined, events, status: result.status, ended: new Map(ended) }
})

it.scoped("the whole pipeline runs, and what was dropped or masked is in no event and no public table", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    const marked = (name: string) => `${canary}-${name}`
    const users = ["1", "2"].map((id) =>
      user({
        id,
        firstName: marked("first"),
        lastName: marked("last"),
        address: marked("address"),
        city: marked("city"),
        zipCode: marked("zip"),
        email: `${marked("email")}@example.com`,
        profile: { ...user().profile, profession: marked("profession") },
        [marked("field")]: marked("value"),
        password: marked("password")
      })
    )
    const bad = user({ id: "3", birthDate: marked("birth"), subscription: [subscription({ amount: marked("amount") })] })
    yield* api.on("/users", Reply.json([...users, bad]))
    yield* api.on("/messages", Reply.json([message({ message: marked("text") })]))
    const { published, quarantined, events, status, ended } = yield* runAll(api.url)
    expect([status, new Set(ended.values()), ended.size]).toStrictEqual(["succeeded", new Set(["Succeeded"]), 15])
    expect([...published].map(([name, rows]) => [name, rows.length]).sort()).toStrictEqual([
      ["messages_raw", 1],
      ["subscriptions_raw", 2],
      ["users_raw", 2]
    ])
    expect(quarantined.get("users")).toStrictEqual([
      { ordinal: 2, id: "3", field: "birthDate", reason: "is not an ISO 8601 date" }
    ])
    expect(JSON.stringify([events, [...published], [...quarantined]])).not.toContain(canary)
  })
)

it.scoped("an API that fails twice is tried again; Retry-After is waited for; the run succeeds", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/users", Reply.status(503), Reply.resetMidBody([user()]), Reply.json([user()]))
    yield* api.on(
      "/messages",
      Reply.status(429, { retryAfter: 120 }),
      Reply.truncatedJson([message()]),
      Reply.json([message()])
    )
    const { events, status } = yield* runAll(api.url)
    const retries = events.flatMap((event) => (event._tag === "StepRetrying" ? [event] : []))
    expect([status, retries.map(({ asset, error }) => `${asset} ${error.tag}`).sort()]).toStrictEqual([
      "succeeded",
      [
        "api_messages SourceAnswerInvalid",
        "api_messages SourceRejected",
        "api_users SourceRejected",
        "api_users SourceUnreachable"
      ]
    ])
    expect(
      retries.flatMap(({ asset, attempt, delayMillis }) =>
        asset === "api_messages" && attempt === 1 ? [delayMillis >= 120_000] : []
      )
    ).toStrictEqual([true])
  })
)

it.scoped("a refused token fails at once; what stands on it is skipped, the rest goes on; 500 for ever is given up", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/users", Reply.status(401))
    yield* api.on("/messages", Reply.json([message()]))
    const refused = yield* runAll(api.url)
    expect([
      refused.status,
      ...["api_users", "users_raw", "messages_raw", "messages_per_day"].map((name) => refused.ended.get(name))
    ]).toStrictEqual(["failed", "Failed", "Skipped", "Succeeded", "Succeeded"])
    expect((yield* api.urls("/users")).length).toStrictEqual(1)
    yield* api.on("/users", Reply.status(500))
    yield* runAll(api.url)
    expect((yield* api.urls("/users")).length).toStrictEqual(5)
  })
)
