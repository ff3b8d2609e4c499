import type { Failure } from "@sluice/core/asset/Failure"
import * as Owner from "@sluice/core/run/Owner"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import { MaskIds } from "@sluice/warehouse/MaskIds"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RunFailed } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as Human from "../render/Human.ts"
import * as ReissueText from "../render/ReissueText.ts"
import * as Announcement from "../wiring/Announcement.ts"
import type { Settings } from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"

/** Replaces ordered mask ids by random ones, or shows what that would change. */
export const reissueMaskIds = (settings: Settings, { dryRun }: { readonly dryRun: boolean }) =>
  Effect.gen(function* () {
    const output = yield* Output
    const store = Announcement.store(settings)
    const service = yield* MaskIds
    const spec = yield* Pipeline.warehouse
    if (dryRun) {
      return yield* output.out(ReissueText.preview(yield* service.preview(spec), store, output.outStyle))
    }
    yield* Effect.provide(RunCommand.closeOrphans, settings.configured.resources)
    yield* refuseRivals
    const { value } = yield* RecordedRun.record("provision --reissue-mask-ids", service.reissue(spec), ReissueText.sentence)
    yield* output.out(ReissueText.done(value, store, output.outStyle))
  }).pipe(
    Effect.mapError((error: Failure) => new RunFailed({ detail: error.message })),
    Effect.provide(Layer.merge(dryRun ? Stores.existing(settings) : Stores.layer(settings), ThisProcess.layer))
  )

/** Refuses to start while a run uses old ids. The store would refuse that run when it writes. */
const refuseRivals = Effect.gen(function* () {
  const spec = yield* Pipeline.warehouse
  const [rival] = yield* Owner.concurrentRuns([...spec.tables, ...spec.masks].map(({ name }) => name))
  if (rival === undefined) return
  const { assets, run } = rival
  return yield* new RunFailed({
    detail: `${Human.run(run)} is materializing ${Human.list(assets)}. No id was changed: wait until it has ended, or stop it, and run this again.`
  })
})
