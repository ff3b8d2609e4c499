import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Canaries from "./Canaries.ts"
import * as CanaryApi from "./CanaryApi.ts"
import type { CanaryStore } from "./CanaryStore.ts"
import * as EmbeddedCanaryStore from "./EmbeddedCanaryStore.ts"
import * as Files from "./Files.ts"
import * as Ledger from "./Ledger.ts"
import * as MysqlCanaryStore from "./MysqlCanaryStore.ts"
import * as PipelineProcess from "./PipelineProcess.ts"
import * as Scenarios from "./Scenarios.ts"

/** What the suite did and found. */
export interface Report {
  readonly store: string
  readonly scenarios: number
  readonly canaries: number
  readonly searched: ReadonlyArray<Ledger.Searched>
  readonly finds: ReadonlyArray<Ledger.Find>
  /** What did not go as planned, so that its search shows nothing. */
  readonly problems: ReadonlyArray<string>
}

export interface Options {
  /** What carries out the commands of `pnpm assets`. */
  readonly program: PipelineProcess.Program
  /** The server to make a database on; undefined: an embedded store. */
  readonly administrator: MysqlUrl | undefined
  readonly size: Scenarios.Size
  /** The same seed, the same canaries. */
  readonly seed: string
  /** Only the scenarios that it accepts. Default: all. */
  readonly only?: (scenario: string) => boolean
  /** Told of each scenario as it begins. */
  readonly progress?: (scenario: string) => Effect.Effect<void>
}

/**
 * Runs the pipeline on an API and a store of its own, once for each scenario, and then searches everything that is there for
 * every canary in every form. Nothing of it is left afterwards.
 */
export const run = Effect.fn("CanarySuite.run")(function* (options: Options): Effect.fn.Return<Report, WarehouseFailed> {
  return yield* Effect.scoped(runIn(options))
})

const runIn = Effect.fnUntraced(function* (options: Options) {
  const root = yield* temporary
  const canaries = Canaries.make(options.seed)
  const store =
    options.administrator === undefined
      ? EmbeddedCanaryStore.make(canaries, root.work)
      : yield* MysqlCanaryStore.make(canaries, options.administrator)
  const api = yield* CanaryApi.make
  let stall = yield* Deferred.make<void>()
  const stalled = () => Deferred.unsafeDone(stall, Exit.void)

  const problems: Array<string> = []
  const scenarios = Scenarios.of(canaries, store, options.size, stalled)
  const chosen = scenarios.filter(({ name }) => options.only?.(name) ?? true)
  // Every canary is made by now.
  const ledger = Ledger.make(canaries.finder())
  for (const scenario of chosen) {
    if (options.progress !== undefined) yield* options.progress(scenario.name)
    stall = yield* Deferred.make<void>()
    api.answer(scenario)
    const output = yield* carryOut(options.program, store, api.url, root, scenario, stall)
    ledger.look("standard output", scenario.name, output.stdout)
    ledger.look("standard error", scenario.name, output.stderr)
    for (const bytes of output.spilled) ledger.look("spilled rows, while the process lives", scenario.name, bytes)
    yield* store.searchTables(ledger)
    if (!scenario.codes.includes(output.code)) {
      problems.push(`"${scenario.name}" ended with ${output.code ?? "a signal"}, not with ${scenario.codes.join(" or ")}.`)
    }
  }

  yield* store.searchRest(ledger)
  const isStore = (path: string) => path === ".sluice"
  for (const [place, directory] of [
    ["temporary directory", root.tmp],
    ["home directory", root.home],
    ["working directory", root.work]
  ] as const) {
    // A place without files has been searched too.
    ledger.look(place, "names of files", Buffer.from(Files.under(directory).join("\n")))
    for (const path of Files.under(directory, (name) => !isStore(name))) {
      ledger.lookAtBlocks(place, path.slice(directory.length + 1), Files.blocks(path))
    }
  }
  const report = { store: store.name, scenarios: chosen.length, canaries: canaries.count() }
  const searched = ledger.searched()
  if (searched.every(({ atHome }) => atHome === 0)) problems.push("No masked value was found even where it belongs.")
  return { ...report, searched, finds: ledger.finds(), problems }
})

interface Output extends PipelineProcess.Ended {
  readonly spilled: ReadonlyArray<Buffer>
}

/** Directories that nothing else writes to. */
interface Root {
  readonly work: string
  readonly tmp: string
  readonly home: string
}

const temporary: Effect.Effect<Root, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sluice-canary-"))),
    (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
  ),
  (root) => {
    const at = { work: join(root, "work"), tmp: join(root, "tmp"), home: join(root, "home") }
    for (const directory of Object.values(at)) mkdirSync(directory)
    return at
  }
)

const carryOut = (
  program: PipelineProcess.Program,
  store: CanaryStore,
  apiUrl: string,
  root: Root,
  scenario: Scenarios.Scenario,
  stall: Deferred.Deferred<void>
): Effect.Effect<Output, WarehouseFailed> =>
  Effect.gen(function* () {
    if (scenario.storeRefuses === true) {
      yield* Effect.acquireRelease(store.refuseCities(true), () => Effect.ignore(store.refuseCities(false)))
    }
    const env = { HOME: root.home, TMPDIR: root.tmp, SPARK_API_URL: apiUrl, ...store.env, ...scenario.env }
    const args = ["materialize", "--all", "--json", "--log-level", "debug"]
    const running = yield* PipelineProcess.start(program, args, { cwd: root.work, env })
    const spilled = scenario.signal === undefined ? [] : yield* signal(running, scenario.signal, root.tmp, stall)
    return { ...(yield* running.ended), spilled }
  }).pipe(Effect.scoped)

/** Sends the signal when it is time, and answers what lay open on disk then. A process that ends before gets none. */
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
    // The page before the silent one may still be on its way to the disk.
    for (let tries = 0; tries < 10 && spilled.every(({ length }) => length === 0); tries++) {
      yield* Effect.sleep("50 millis")
      spilled = yield* PipelineProcess.unnamedFiles(running.pid, tmp)
    }
  }
  running.signal(name)
  return spilled
})
