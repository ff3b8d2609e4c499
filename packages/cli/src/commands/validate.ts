import type { Values } from "@sluice/core/command/CommandTable"
import * as Effect from "effect/Effect"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as Human from "../render/Human.ts"
import type { validate } from "../tables/validate.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"

export const run = Effect.fn("assets.validate")(function* ({ json }: Values<typeof validate>) {
  const output = yield* Output
  const told = (answer: Answer) => (json ? output.out([JSON.stringify(answer, null, 2)]) : Effect.void)
  const refused = ({ problems }: { readonly problems: ReadonlyArray<string> }) =>
    told({ valid: false, assets: null, source: null, store: null, problems })
  const { assets } = yield* Effect.tapError(Pipeline.graph, refused)
  const settings = yield* Effect.tapError(Settings.load, refused)
  yield* Effect.tapError(Stores.checkPath(settings), ({ message }) => refused({ problems: [message] }))
  const source = settings.configured.origin?.description ?? null
  const store = Announcement.store(settings)
  if (json) return yield* told({ valid: true, assets: assets.length, source, store, problems: [] })
  const ok = output.outStyle.green(output.outStyle.marks.ok)
  yield* output.out([
    `${ok} ${Human.plural(assets.length, "asset")}: no cycles, no duplicates, every upstream is there`,
    `${ok} the configuration names ${source === null ? "" : `${source} and `}${store}`
  ])
})

/** The JSON of `--json`. After a problem, parts that were not checked are null. */
interface Answer {
  readonly valid: boolean
  /** The number of assets. */
  readonly assets: number | null
  readonly source: string | null
  readonly store: string | null
  readonly problems: ReadonlyArray<string>
}
