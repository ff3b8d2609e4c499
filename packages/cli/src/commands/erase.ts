import type * as Asset from "@sluice/core/asset/Asset"
import type { Failure } from "@sluice/core/asset/Failure"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Owner from "@sluice/core/run/Owner"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import { Erasure, type ErasureSpec, personalTables } from "@sluice/warehouse/Erasure"
import * as PersonalPartitions from "@sluice/warehouse/PersonalPartitions"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { RunFailed, UsageError } from "../CliError.ts"
import { Input } from "../Input.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as ErasureText from "../render/ErasureText.ts"
import * as Human from "../render/Human.ts"
import type { erase } from "../tables/erase.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"

export const run = Effect.fn("assets.erase")(function* ({ dryRun, json, stdin, typed, undo }: Values<typeof erase>) {
  if (dryRun && undo) return yield* new UsageError({ detail: "Use --dry-run or --undo, not both." })
  const output = yield* Output
  const erasure = yield* specOf
  const external = personalTables({ tables: Relations.externalsOf(yield* Pipeline.graph) }).map(({ name }) => name)
  const id = yield* idOf(typed, stdin, longestId(erasure))
  const settings = yield* Settings.load
  const tell = (receipt: ErasureText.Receipt) =>
    output.out(json ? [ErasureText.json(receipt)] : ErasureText.lines(receipt, output.outStyle))
  const store = Announcement.store(settings)
  const work = Effect.gen(function* () {
    const service = yield* Erasure
    if (dryRun) return yield* tell({ _tag: "Preview", store, external, found: yield* service.preview(erasure, id) })
    yield* Effect.provide(RunCommand.closeOrphans, settings.configured.resources)
    if (undo) {
      const { value, ...run } = yield* RecordedRun.record("erase --undo", service.undo(id), ErasureText.undone)
      return yield* tell({ _tag: "Undone", store, ...run, since: value })
    }
    yield* refuseRivals(erasure)
    const graph = yield* Pipeline.graph
    const erasing = PersonalPartitions.erase(graph, erasure, id)
    const { value, ...run } = yield* RecordedRun.record("erase", erasing, ErasureText.removed)
    yield* tell({ _tag: "Erased", store, external, ...run, found: value, embedded: settings.database._tag === "Sqlite" })
  })
  yield* work.pipe(
    Effect.mapError((error: Failure) => new RunFailed({ detail: error.message })),
    Effect.provide(Layer.merge(dryRun ? Stores.existing(settings) : Stores.layer(settings), ThisProcess.layer))
  )
})

/** The tables of the pipeline that have rows of people. */
const specOf = Effect.gen(function* () {
  const { personSources } = yield* Pipeline
  const { masks, tables } = yield* Pipeline.warehouse
  const cuts = PersonalPartitions.cutsOf(yield* Pipeline.graph)
  const erasure: ErasureSpec = { tables, masks, quarantine: personSources, ...(cuts.length === 0 ? {} : { cuts }) }
  return personalTables(erasure).length > 0
    ? erasure
    : yield* new UsageError({
        detail: "No table of this pipeline says whose its rows are, so nobody can be erased. Set `subject` in those tables."
      })
})

/** The most characters of a person's id. */
const longestId = (erasure: ErasureSpec): number =>
  Math.max(
    ...personalTables(erasure).flatMap(({ columns, subject }) =>
      subject.map((column) => {
        const type = columns[column]?.type
        return type?._tag === "Text" ? type.maxLength : 20
      })
    )
  )

/** Assets with their direct and indirect upstreams. */
const upstreamsOf = (assets: Iterable<Asset.Any>): ReadonlySet<Asset.Any> => {
  const found = new Set(assets)
  for (const asset of found) for (const upstream of Object.values(asset.upstreams)) found.add(upstream)
  return found
}

/** Returns the typed id, or reads it. Errors never repeat it. */
const idOf = Effect.fnUntraced(function* (typed: Redacted.Redacted | undefined, stdin: boolean, idLength: number) {
  if ((typed !== undefined) === stdin) {
    return yield* new UsageError({
      detail: stdin
        ? "Give the user's id on standard input or as an argument, not both."
        : "Give the user's id, or - to have it read from standard input."
    })
  }
  const input = yield* Input
  const id = typed ?? (yield* input.line)
  const { length } = Redacted.value(id)
  if (length > 0 && length <= idLength) return id
  if (length === 0 && stdin) return yield* new UsageError({ detail: "Standard input has no id: its first line is empty." })
  return yield* new UsageError({
    detail: `The user's id must have 1 to ${idLength} characters, and this one has ${length}.`
  })
})

/** Refuses to erase while a run may have read the person. The store would refuse that run when it writes. */
const refuseRivals = Effect.fnUntraced(function* (erasure: ErasureSpec) {
  const graph = yield* Pipeline.graph
  const personal = new Set([...personalTables(erasure), ...erasure.masks].map(({ name }) => name))
  const making = graph.assets.filter((asset) => personal.has(Relations.relationOf(asset)?.name ?? ""))
  const [rival] = yield* Owner.concurrentRuns([...upstreamsOf(making)].map(({ name }) => name))
  if (rival === undefined) return
  const { assets, run } = rival
  return yield* new RunFailed({
    detail: `${Human.run(run)} is materializing ${Human.list(assets)}, and may have read the user already. Nothing was erased: wait until it has ended, or stop it, and erase then.`
  })
})
