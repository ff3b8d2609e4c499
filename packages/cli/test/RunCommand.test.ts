import * as FileSystem from "@effect/platform/FileSystem"
import { it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Owner from "@sluice/core/run/Owner"
import * as Planner from "@sluice/core/run/Planner"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore, RunStoreFailed } from "@sluice/core/run/RunStore"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import * as JumpingClock from "../../../test/JumpingClock.ts"
import * as exitCode from "../src/exitCode.ts"
import { Output } from "../src/Output.ts"
import { Pipeline } from "../src/Pipeline.ts"
import * as RunCommand from "../src/RunCommand.ts"
import * as RunEstimate from "../src/RunEstimate.ts"
import * as RunWatch from "../src/RunWatch.ts"
import * as Style from "../src/render/Style.ts"
import * as ProgramSettings from "../src/settings/ProgramSettings.ts"

/** What was written, line by line. */
const written = () => {
  const out: Array<string> = []
  const err: Array<string> = []
  const layer = Layer.succeed(Output, {
    outStyle: Style.plain,
    errStyle: Style.plain,
    interactive: false,
    out: (lines) => Effect.sync(() => void out.push(...lines)),
    complete: Effect.void,
    err: (lines) => Effect.sync(() => void err.push(...lines)),
    unsafeErr: (lines) => void err.push(...lines),
    live: () => Effect.void
  })
  return { out, err, layer }
}

const definitions = Definitions.make({ name: "test", assets: [], resources: () => Layer.empty })

const settings = Effect.zipWith(ProgramSettings.load, definitions.configure, (program, configured) => ({
  ...program,
  configured
})).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map())))

const check = (name: string, passed: boolean, severity: "warn" | "error") =>
  AssetCheck.make(name, { description: name, severity, evaluate: () => Effect.succeed({ passed, metadata: {} }) })

const checked = (...checks: ReadonlyArray<AssetCheck.AssetCheck<never>>) =>
  Effect.gen(function* () {
    const graph = yield* AssetGraph.make([Asset.make("a", { upstreams: {}, checks, materialize: () => Effect.void })])
    const plan = yield* Planner.checks(graph, Selection.all)
    const found: Array<string> = []
    const tell: RunCommand.Job<Asset.Any>["tell"] = (result) =>
      Effect.sync(() => {
        for (const step of result.steps.values()) found.push(...step.checks.map((each) => `${each.check} ${each.passed}`))
      })
    const job = { plan, settings: yield* settings, options: { concurrency: 1 }, json: false, tell, next: () => [] }
    const exit = yield* Effect.exit(RunCommand.execute(job))
    return { found: found.sort(), code: exitCode.of(exit), silent: Exit.isFailure(exit) }
  }).pipe(Effect.provide(Layer.merge(RunStore.layerMemory, written().layer)))

it.effect("of checks alone, all are asked although one that blocks fails, and only that one makes the run fail", () =>
  Effect.gen(function* () {
    const warned = yield* checked(check("fine", true, "error"), check("odd", false, "warn"))
    const blocked = yield* checked(check("odd", false, "warn"), check("bad", false, "error"), check("fine", true, "warn"))
    expect([warned, blocked]).toEqual([
      { found: ["fine true", "odd false"], code: 0, silent: false },
      { found: ["bad false", "fine true", "odd false"], code: 1, silent: true }
    ])
  })
)

const closing = (output: Layer.Layer<Output>) =>
  Effect.flatMap(settings, ({ configured }) =>
    Effect.provide(RunCommand.closeOrphans, [
      output,
      Layer.succeed(Pipeline, definitions),
      Layer.provide(configured.resources, FileSystem.layerNoop({}))
    ])
  )

const started = (runId: string, owner: { readonly host: string; readonly pid: number }): RunEvent => ({
  _tag: "RunStarted",
  runId,
  at: "1970-01-01T00:00:00.000Z",
  selection: "*",
  steps: [],
  tags: {},
  owner
})

it.effect("runs whose process died are closed and named, those of a process that lives are left", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    yield* store.append([started("dead-1", { host: "here", pid: 2 }), started("alive", { host: "here", pid: 3 })])
    yield* TestClock.adjust("1 second")
    const first = written()
    yield* closing(first.layer)
    yield* store.append([started("dead-2", { host: "here", pid: 2 }), started("dead-3", { host: "here", pid: 2 })])
    const second = written()
    yield* closing(second.layer)
    const third = written()
    yield* closing(third.layer)
    expect([first.err, second.err, third.err]).toEqual([
      ["Closed run dead-1 as crashed: its process ended without concluding it."],
      ["Closed 2 runs as crashed, dead-2 and dead-3: their processes ended without concluding them."],
      []
    ])
    expect((yield* store.unfinished).map(({ runId }) => runId)).toEqual(["alive"])
  }).pipe(
    Effect.provideService(Owner.Owner, { self: { host: "here", pid: 1 }, isAlive: ({ pid }) => pid === 3 }),
    Effect.provide(RunStore.layerMemory)
  )
)

// Regression: the record of a run, and its lines on standard error, waited for whoever read its events with --json.
it.effect("a reader of --json that stops reading holds up neither the run nor what is told of it, and misses nothing", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const gate = yield* Deferred.make<void>()
    const { err, layer, out } = written()
    const unread = Layer.map(layer, (context) => {
      const output = Context.get(context, Output)
      return Context.make(Output, { ...output, out: (lines) => Effect.zipRight(Deferred.await(gate), output.out(lines)) })
    })
    const graph = yield* AssetGraph.make([Asset.make("a", { upstreams: {}, materialize: () => Effect.void })])
    const plan = yield* Planner.plan(graph, Selection.all)
    const job = { plan, settings: yield* settings, options: { concurrency: 1 }, json: true, next: () => [] }
    const fiber = yield* Effect.fork(Effect.provide(RunCommand.execute(job), unread))
    while (err.length < 2 || (yield* store.unfinished).length > 0) yield* Effect.yieldNow()
    const [run] = yield* store.runs(1)
    expect([run?.status, out, fiber.unsafePoll()]).toEqual(["succeeded", [], null])
    yield* Deferred.succeed(gate, undefined)
    yield* Fiber.join(fiber)
    expect(out.map((line) => JSON.parse(line))).toEqual(yield* store.events(run?.runId ?? ""))
  }).pipe(Effect.provide(RunStore.layerMemory))
)

// Regression: after a full disk, nothing said which run to carry on.
it.effect("a run that cannot be recorded any more names the command that carries it on", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { err, layer } = written()
    const isEnd = ({ _tag }: RunEvent) => _tag === "StepSucceeded" || _tag === "RunConcluded"
    const full = RunStore.of({
      ...store,
      append: (events, from) =>
        events.some(isEnd)
          ? new RunStoreFailed({ operation: "written", reason: "there is no room left.", retryable: false })
          : store.append(events, from)
    })
    const seen = Effect.repeat(Effect.yieldNow(), { until: () => err.length > 0 })
    const graph = yield* AssetGraph.make([Asset.make("a", { upstreams: {}, materialize: () => Effect.asVoid(seen) })])
    const plan = yield* Planner.plan(graph, Selection.all)
    const job = { plan, settings: yield* settings, options: { concurrency: 1 }, json: false, next: () => [] }
    const running = RunCommand.execute(job).pipe(Effect.provide(layer), Effect.provideService(RunStore, full))
    const error = yield* Effect.flip(running)
    const [run] = yield* store.runs(1)
    expect(error.message).toBe(
      `The run history could not be written: there is no room left. Then \`sluice retry ${run?.runId}\` makes the rest.`
    )
  }).pipe(Effect.provide(RunStore.layerMemory))
)

// Regression: what is drawn while a run works was measured by the clock of the machine, which can be set.
it.scoped("the time that a run has taken is drawn as it passes, though the clock is set an hour on", () =>
  Effect.gen(function* () {
    const drawn: Array<string> = []
    const clock = yield* JumpingClock.make
    const { layer } = written()
    const terminal = Layer.map(layer, (context) => {
      const output = Context.get(context, Output)
      return Context.make(Output, {
        ...output,
        interactive: true,
        live: (lines) => Effect.sync(() => void drawn.splice(0, drawn.length, ...lines))
      })
    })
    const estimate = yield* RunEstimate.of([], 1)
    const options = { steps: [], json: false, quiet: false, estimate, before: undefined }
    const watch = yield* clock.with(Effect.provide(RunWatch.make(options), terminal))
    const start = started("r1", { host: "here", pid: 1 })
    yield* clock.with(Effect.forEach(watch.observers, (observe) => observe([start]), { discard: true }))
    yield* TestClock.adjust("5 seconds")
    clock.jump(3_600_000)
    yield* TestClock.adjust("1 second")
    expect(drawn.join("\n")).toMatch(/\b6\.0 s/)
  }).pipe(Effect.provide(RunStore.layerMemory))
)

// Regression: an interruption that came while the conclusion was being recorded made the exit code 130.
it.effect("an interruption while a run is being concluded leaves its code and its summary", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const ofRun = yield* Ref.make<number | undefined>(undefined)
    const { err, layer } = written()
    const graph = yield* AssetGraph.make([Asset.make("a", { upstreams: {}, materialize: () => Effect.void })])
    const plan = yield* Planner.plan(graph, Selection.all)
    const concluding = yield* Deferred.make<void>()
    const go = yield* Deferred.make<void>()
    const append = Effect.fnUntraced(function* (events: ReadonlyArray<RunEvent>) {
      if (events.some(({ _tag }) => _tag === "RunConcluded")) {
        yield* Deferred.succeed(concluding, undefined)
        yield* Deferred.await(go)
      }
      return yield* store.append(events)
    })
    const job = { plan, settings: yield* settings, options: { concurrency: 1 }, json: false, next: () => ["next"] }
    const fiber = yield* RunCommand.execute(job).pipe(
      Effect.provideService(RunStore, { ...store, append }),
      Effect.provideService(exitCode.OfRun, ofRun),
      Effect.provide(layer),
      Effect.fork
    )
    yield* Deferred.await(concluding)
    yield* Fiber.interruptFork(fiber)
    yield* Deferred.succeed(go, undefined)
    yield* Fiber.await(fiber)
    const [run] = yield* store.runs(1)
    expect([run?.status, yield* ofRun, err.at(-1)]).toEqual(["succeeded", 0, "Next: sluice next"])
  }).pipe(Effect.provide(RunStore.layerMemory))
)
