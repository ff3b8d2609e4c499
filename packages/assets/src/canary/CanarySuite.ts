import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { UsageError } from "@sluice/cli/CliError"
import type { Program } from "@sluice/cli/wiring/ThisProgram"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Canaries from "./Canaries.ts"
import * as CanaryApi from "./CanaryApi.ts"
import * as CanaryErasure from "./CanaryErasure.ts"
import * as CanaryIds from "./CanaryIds.ts"
import type { CanaryStore } from "./CanaryStore.ts"
import * as EmbeddedCanaryStore from "./EmbeddedCanaryStore.ts"
import * as Files from "./Files.ts"
import * as Ledger from "./Ledger.ts"
import * as MysqlCanaryStore from "./MysqlCanaryStore.ts"
import * as PipelineProcess from "./PipelineProcess.ts"
import * as Scenarios from "./Scenarios.ts"

/** The result of the suite. */
export interface Report {
  readonly store: string
  readonly scenarios: number
  readonly canaries: number
  readonly searched: ReadonlyArray<Ledger.Searched>
  readonly finds: ReadonlyArray<Ledger.Find>
  /** Steps that did not go as planned, so that the search proves nothing. */
  readonly problems: ReadonlyArray<string>
}

export interface Options {
  /** The program that runs the commands. */
  readonly program: Program
  /** The pipeline's name. */
  readonly pipeline: string
  /** The relations of the pipeline's store. */
  readonly warehouse: WarehouseSpec
  /** The server for the suite's database; undefined for an embedded store. */
  readonly administrator: MysqlUrl | undefined
  readonly size: Scenarios.Size
  /** The same seed makes the same canaries. */
  readonly seed: string
  /** Selects scenarios. Default: all. */
  readonly only?: (scenario: string) => boolean
  /** Called when a scenario begins. */
  readonly progress?: (scenario: string) => Effect.Effect<void>
}

/**
 * Runs the pipeline on the suite's own API and store, once for each scenario. Then it searches everything for every canary in
 * every form. It removes all of its data afterwards.
 */
export const run = Effect.fn("CanarySuite.run")(function* (
  options: Options
): Effect.fn.Return<Report, WarehouseFailed | UsageError> {
  return yield* Effect.scoped(runIn(options))
})

const runIn = Effect.fnUntraced(function* (options: Options) {
  const root = yield* temporary
  const canaries = Canaries.make(options.seed)
  const store =
    options.administrator === undefined
      ? EmbeddedCanaryStore.make(canaries, options.pipeline, options.warehouse, root.work)
      : yield* MysqlCanaryStore.make(canaries, options.warehouse, options.administrator)
  const api = yield* CanaryApi.make
  let stall = yield* Deferred.make<void>()
  const stalled = () => Deferred.unsafeDone(stall, Exit.void)

  const problems: Array<string> = []
  const scenarios = Scenarios.of(canaries, store, options.size, stalled)
  const chosen = scenarios.filter(({ name }) => options.only?.(name) ?? true)
  const person = CanaryErasure.make(options.seed)
  // All canaries exist by now.
  const ledger = Ledger.make(canaries.finder())
  for (const scenario of chosen) {
    if (options.progress !== undefined) yield* options.progress(scenario.name)
    stall = yield* Deferred.make<void>()
    api.answer(scenario)
    const before = scenario.changesNothing === true ? yield* store.contents : []
    const output = yield* carryOut(options.program, store, api.url, root, scenario, stall)
    ledger.look("standard output", scenario.name, output.stdout)
    ledger.look("standard error", scenario.name, output.stderr)
    for (const bytes of output.spilled) ledger.look("spilled rows, while the process lives", scenario.name, bytes)
    yield* store.searchTables(ledger)
    if (!scenario.codes.includes(output.code)) {
      problems.push(
        `"${scenario.name}" ended with ${output.code ?? output.signal}, not with ${scenario.codes.join(" or ")}.`
      )
    }
    if (scenario.whileLoading !== undefined && !output.loaded) {
      problems.push(`"${scenario.name}" ended before anything was loaded.`)
    }
    if (scenario.changesNothing === true) {
      const after = yield* store.contents
      const changed = after.filter((table) => !before.includes(table)).map((table) => table.split(":")[0])
      if (changed.length > 0 || after.length !== before.length) {
        problems.push(`"${scenario.name}" left something behind: ${changed.join(", ")}.`)
      }
      const left = Files.under(root.tmp)
      if (left.length > 0) problems.push(`"${scenario.name}" left ${left.length} temporary files.`)
    }
    yield* Effect.forEach(
      scenario.commands ?? [],
      Effect.fnUntraced(function* ([args, code]) {
        const told = yield* command(options.program, store, api.url, root, args, scenario.env)
        ledger.look("standard output", `${scenario.name}: ${args.join(" ")}`, told.stdout)
        ledger.look("standard error", `${scenario.name}: ${args.join(" ")}`, told.stderr)
        if (code !== undefined && told.code !== code)
          problems.push(`"${args.join(" ")}" ended with ${told.code}, not with ${code}.`)
      }),
      { concurrency: 3, discard: true }
    )
  }

  const ids = CanaryIds.compare(yield* store.masks)
  problems.push(...ids.problems)
  // Before the erasure, which replaces all rows and rewrites the files of an embedded store.
  yield* store.searchViews(ledger)
  yield* store.searchFiles(ledger)
  const forgotten = Ledger.make(person.canaries.finder())
  if (options.only?.(CanaryErasure.scenario) ?? true) {
    if (options.progress !== undefined) yield* options.progress(CanaryErasure.scenario)
    const ask = (args: ReadonlyArray<string>, stdin?: string) =>
      command(options.program, store, api.url, root, args, {}, stdin)
    const erasure = CanaryErasure.carryOut(person, api, store, ask, Ledger.within(forgotten, CanaryErasure.place))
    problems.push(...(yield* erasure))
  }

  for (const one of [ledger, Ledger.within(forgotten, CanaryErasure.place)]) searchDirectories(one, root)
  const report = { store: store.name, scenarios: chosen.length, canaries: canaries.count() + person.canaries.count() }
  const searched = [...ledger.searched(), ids.searched, ...forgotten.searched()]
  if (searched.every(({ atHome }) => atHome === 0)) problems.push("No masked value was found even where it belongs.")
  return { ...report, searched, finds: [...ledger.finds(), ...ids.finds, ...forgotten.finds()], problems }
})

/** Searches the directories that processes could have written to, except the embedded store, which is searched separately. */
const searchDirectories = (ledger: Ledger.Ledger, root: Root): void => {
  const isStore = (path: string) => path === ".sluice"
  for (const [place, directory] of [
    ["temporary directory", root.tmp],
    ["home directory", root.home],
    ["working directory", root.work]
  ] as const) {
    // A place without files counts as searched.
    ledger.look(place, "names of files", Buffer.from(Files.under(directory).join("\n")))
    for (const path of Files.under(directory, (name) => !isStore(name))) {
      ledger.lookAtBlocks(place, path.slice(directory.length + 1), Files.blocks(path))
    }
  }
}

interface Output extends PipelineProcess.Ended {
  readonly spilled: ReadonlyArray<Buffer>
  /** Whether rows were being loaded when the API continued. */
  readonly loaded: boolean
}

/** Directories that no other process writes to. */
interface Root {
  readonly work: string
  readonly tmp: string
  readonly home: string
}

const temporary: Effect.Effect<Root, UsageError, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.try({
      try: () => mkdtempSync(join(tmpdir(), "sluice-canary-")),
      catch: () =>
        new UsageError({
          detail: `No directory can be made in ${tmpdir()}, and the suite needs one to work in. Name one that can be written in TMPDIR.`
        })
    }),
    (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
  ),
  (root) => {
    const at = { work: join(root, "work"), tmp: join(root, "tmp"), home: join(root, "home") }
    for (const directory of Object.values(at)) mkdirSync(directory)
    return at
  }
)

const carryOut = (
  program: Program,
  store: CanaryStore,
  apiUrl: string,
  root: Root,
  scenario: Scenarios.Scenario,
  stall: Deferred.Deferred<void>
): Effect.Effect<Output, WarehouseFailed> =>
  Effect.gen(function* () {
    const args = ["materialize", "--all", "--json", "--concurrency", "8"]
    const running = yield* start(program, store, apiUrl, root, args, scenario.env)
    const { storeRefuses, whileLoading } = scenario
    if (storeRefuses !== undefined) {
      yield* Effect.raceFirst(running.says("▸ api_users"), Effect.asVoid(running.ended))
      yield* Effect.acquireRelease(store.refuseCities(true), () => Effect.ignore(store.refuseCities(false)))
      storeRefuses.goOn()
    }
    const begun = whileLoading === undefined ? Effect.succeed(false) : isLoading(whileLoading.table, store, running)
    const loaded = yield* begun
    whileLoading?.goOn()
    const spilled = scenario.signal === undefined ? [] : yield* signal(running, scenario.signal, root.tmp, stall)
    return { ...(yield* running.ended), spilled, loaded }
  }).pipe(Effect.scoped)

/** Runs a command to its end. */
const command = (...args: Parameters<typeof start>) =>
  Effect.scoped(Effect.flatMap(start(...args), (running) => running.ended))

const start = (
  program: Program,
  store: CanaryStore,
  apiUrl: string,
  root: Root,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  stdin = ""
) =>
  PipelineProcess.start(program, [...args, "--log-level", "debug"], {
    cwd: root.work,
    env: { HOME: root.home, TMPDIR: root.tmp, SPARK_API_URL: apiUrl, ...store.env, ...env },
    stdin
  })

/** Waits until a table is being loaded, while the process runs, and not for ever. */
const isLoading = (table: string, store: CanaryStore, running: PipelineProcess.Running) =>
  running
    .says(`▸ ${table}`)
    .pipe(
      Effect.zipRight(Effect.repeat(Effect.delay(store.isLoading(table), "10 millis"), { until: (is) => is })),
      Effect.raceFirst(Effect.as(running.ended, false)),
      Effect.timeoutTo({ duration: "15 seconds", onSuccess: (is) => is, onTimeout: () => false })
    )

const settledLooks = 6
const sizeOf = (files: ReadonlyArray<Buffer>) => files.reduce((sum, { length }) => sum + length, 0)

/**
 * Sends the signal at its time, and returns the open unnamed files of that moment. A process that ends before gets no signal.
 */
const signal = Effect.fnUntraced(function* (
  running: PipelineProcess.Running,
  { name, when }: NonNullable<Scenarios.Scenario["signal"]>,
  tmp: string,
  stall: Deferred.Deferred<void>
) {
  const time = when === "stalled" ? Deferred.await(stall) : running.says(when)
  yield* Effect.race(time, Effect.asVoid(running.ended))
  let spilled: ReadonlyArray<Buffer> = []
  if (name === "SIGKILL") {
    // The page before the silent one may still be written to disk. So it looks until several looks find the same files.
    for (let tries = 0, same = 0; tries < 200 && same < settledLooks; tries++) {
      yield* Effect.sleep("50 millis")
      const before = sizeOf(spilled)
      spilled = yield* PipelineProcess.unnamedFiles(running.pid, tmp)
      same = before > 0 && sizeOf(spilled) === before ? same + 1 : 0
    }
  }
  running.signal(name)
  return spilled
})
