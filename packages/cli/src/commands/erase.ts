import { idLength } from "@sluice/assets/domain/limits"
import { erasure } from "@sluice/assets/privacy/erasure"
import type { Failure } from "@sluice/core/asset/Failure"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Owner from "@sluice/core/run/Owner"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import { Erasure, personalTables } from "@sluice/warehouse/Erasure"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { RunFailed, UsageError } from "../CliError.ts"
import { Input } from "../Input.ts"
import { Output } from "../Output.ts"
import * as RunCommand from "../RunCommand.ts"
import * as ErasureText from "../render/ErasureText.ts"
import * as Human from "../render/Human.ts"
import type { erase } from "../tables/erase.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"

export const run = Effect.fn("assets.erase")(function* ({ dryRun, json, stdin, typed, undo }: Values<typeof erase>) {
  if (dryRun && undo) return yield* new UsageError({ detail: "Say --dry-run or --undo, not both." })
  const output = yield* Output
  const id = yield* idOf(typed, stdin)
  const settings = yield* Settings.load
  const tell = (receipt: ErasureText.Receipt) =>
    output.out(json ? [ErasureText.json(receipt)] : ErasureText.lines(receipt, output.outStyle))
  const store = Announcement.store(settings)
  const work = Effect.gen(function* () {
    const service = yield* Erasure
    if (dryRun) return yield* tell({ _tag: "Preview", store, found: yield* service.preview(erasure, id) })
    yield* RunCommand.closeOrphans
    if (undo) {
      const { value, ...run } = yield* RecordedRun.record("erase --undo", service.undo(id), ErasureText.undone)
      return yield* tell({ _tag: "Undone", store, ...run, since: value })
    }
    yield* refuseRivals
    const { value, ...run } = yield* RecordedRun.record("erase", service.erase(erasure, id), ErasureText.removed)
    yield* tell({ _tag: "Erased", store, ...run, found: value, embedded: settings.database._tag === "Sqlite" })
  })
  yield* work.pipe(
    Effect.mapError((error: Failure) => new RunFailed({ detail: error.message })),
    Effect.provide(Layer.merge(dryRun ? Stores.existing(settings) : Stores.layer(settings), ThisProcess.layer))
  )
})

/** The id, typed or read. Whatever is wrong with it, it is not repeated. */
const idOf = Effect.fnUntraced(function* (typed: Redacted.Redacted | undefined, stdin: boolean) {
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

/** What a run has read it would try to write, and be refused: better to let it end. */
const refuseRivals = Effect.gen(function* () {
  const [rival] = yield* Owner.concurrentRuns([
    "api_users",
    "api_messages",
    ...personalTables(erasure).map(({ name }) => name),
    ...erasure.masks.map(({ name }) => name)
  ])
  if (rival === undefined) return
  const { assets, run } = rival
  return yield* new RunFailed({
    detail: `Run ${run.runId} (process ${run.owner.pid} on ${run.owner.host}) is making ${Human.list(assets)}, and may have read the user already. Nothing was erased: wait until it has ended, or stop it, and erase then.`
  })
})
