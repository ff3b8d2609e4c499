import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Canaries from "@sluice/assets/canary/Canaries"
import * as CanaryApi from "@sluice/assets/canary/CanaryApi"
import * as CanaryRows from "@sluice/assets/canary/CanaryRows"
import definitions from "@sluice/assets/definitions"
import { SparkApi } from "@sluice/assets/SparkApi"
import { Spill } from "@sluice/core/data/Spill"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Tracer from "effect/Tracer"
import { expect, it } from "vitest"
import * as Proxies from "../../src/wiring/Proxies.ts"
import * as SourceClient from "../../src/wiring/SourceClient.ts"
import { emptyDirectory } from "../support.ts"

const { graph: pipeline } = Either.getOrThrow(definitions.sealed)

/** Everything that a tracer and a logger are told, as text: what any exporter could ever send. */
const listen = () => {
  const told: Array<string> = []
  const tell = (...parts: ReadonlyArray<unknown>) =>
    void told.push(parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" "))
  const inner = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: `s${told.length}`,
        traceId: "t",
        parent,
        context,
        links,
        kind,
        attributes,
        sampled: true,
        status: { _tag: "Started", startTime },
        end: (_at, exit) =>
          tell(
            "span",
            name,
            [...attributes],
            Exit.isFailure(exit) ? Cause.pretty(exit.cause, { renderErrorCause: true }) : ""
          ),
        attribute: (key, value) => void attributes.set(key, value),
        event: (event, _at, more) => tell("event", event, more),
        addLinks: () => {}
      }
      return span
    },
    context: (f) => f()
  })
  const logger = Logger.make<unknown, void>((entry) => tell("log", Logger.structuredLogger.log(entry)))
  return { told, layer: Layer.merge(Layer.setTracer(inner), Logger.replace(Logger.defaultLogger, logger)) }
}

const run = async (users: ReadonlyArray<unknown>, messages: ReadonlyArray<unknown>) => {
  const { layer, told } = listen()
  const program = Effect.gen(function* () {
    const api = yield* CanaryApi.make
    api.answer({ users: [CanaryApi.rows(users)], messages: [CanaryApi.rows(messages)] })
    const graph = pipeline
    const selected = graph.names.map((_, i) => i)
    const plan = yield* Plan.make(graph, { selection: "*", selected, isMaterialized: () => false })
    const services = Layer.mergeAll(
      Layer.provide(SqliteStores.layer({ directory: emptyDirectory() }), Layer.succeed(PipelineName, "spark")),
      Layer.provide(Spill.layer({ rowsInMemory: 0 }), NodeFileSystem.layer),
      Layer.provide(SparkApi.layer({ url: new URL(api.url), pageSize: 10 }), SourceClient.layer(Proxies.none))
    )
    return yield* Effect.provide(Executor.run(plan, { concurrency: 4 }), services)
  })
  const result = await Effect.runPromise(
    program.pipe(Effect.scoped, Effect.provide(layer), Logger.withMinimumLogLevel(LogLevel.All))
  )
  return { status: result.status, told }
}

const canaries = Canaries.make("spans")

it("no span, span event or log line of a run holds a canary, though half of the rows cannot be decoded", async () => {
  const users = [...CanaryRows.users(canaries, 30), ...CanaryRows.wrongUsers(canaries)]
  const { status, told } = await run(users, CanaryRows.messages(canaries, 20))
  expect([status, told.filter((line) => line.startsWith("span")).length > 30]).toEqual(["failed", true])
  const found = [
    ...canaries
      .finder()
      .search(Buffer.from(told.join("\n")))
      .keys()
  ]
  expect(found.map(({ of }) => of)).toEqual([])
})

it("no span, span event or log line of a run that succeeds does", async () => {
  const { status, told } = await run(CanaryRows.users(canaries, 30), CanaryRows.messages(canaries, 20))
  expect(told.filter((line) => line.includes('["table","users_raw"],["rows",30]')).length).toBe(1)
  expect([status, told.filter((line) => line.startsWith("span")).length > 30]).toEqual(["succeeded", true])
  const found = [
    ...canaries
      .finder()
      .search(Buffer.from(told.join("\n")))
      .keys()
  ]
  expect(found.map(({ of }) => of)).toEqual([])
})

it("a span that holds one would be seen", () => {
  const value = canaries.text("a span")
  const found = canaries.finder().search(Buffer.from(`span x [["city","${value}"]]`))
  expect([...found.keys()].map(({ of }) => [of.field, of.form])).toContainEqual(["a span", "as it is"])
})
