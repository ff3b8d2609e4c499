import type { Values } from "@sluice/core/command/CommandTable"
import type { Adopted } from "@sluice/warehouse/Adopted"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import type { Rotated } from "@sluice/warehouse/Rotated"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as Human from "../render/Human.ts"
import type { provision } from "../tables/provision.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Provision from "../wiring/Provision.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import { reissueMaskIds } from "./reissueMaskIds.ts"

export const run = Effect.fn("assets.provision")(function* ({
  adoptFrom,
  dryRun,
  reissue,
  restored,
  rotate,
  ...allowed
}: Values<typeof provision>) {
  if (dryRun && !reissue) return yield* new UsageError({ detail: "--dry-run goes with --reissue-mask-ids." })
  const output = yield* Output
  const settings = yield* Settings.load
  if (reissue) return yield* reissueMaskIds(settings, { dryRun })
  const provisioner = yield* Provision.provisioner(settings, allowed)
  if (provisioner === undefined && !rotate && !restored && adoptFrom.length === 0) {
    return yield* new UsageError({
      detail:
        "Set DATABASE_ADMIN_URL (mysql://root:password@host:port) to provision a server, in the environment or in .env. --adopt-from, --rotate and --restored work without it, and leave accounts as they are."
    })
  }
  const spec = yield* Pipeline.warehouse
  const { marks, green, worded } = output.outStyle
  const tell = (lines: ReadonlyArray<string>) => output.out(lines.map((line) => `${green(marks.ok)} ${worded(line)}`))
  // Before provisioning, which refuses relations of another pipeline.
  for (const from of adoptFrom) yield* tell(taken(yield* Stores.adopt(settings, from, spec), from))
  const provisioned =
    provisioner === undefined
      ? []
      : yield* Effect.provide(
          Effect.flatMap(Provisioner, (service) => service.provision(spec)),
          provisioner
        )
  const done = [
    ...provisioned,
    ...(restored ? [yield* Effect.as(Stores.acceptRestored(settings), accepted)] : []),
    ...(rotate ? rotated(yield* Stores.rotate(settings)) : [])
  ]
  if (done.length > 0 || adoptFrom.length === 0) {
    yield* tell(done.length > 0 ? done : [`Nothing was missing in ${Announcement.store(settings)}.`])
  }
})

const accepted =
  "accepted the store as it is; run `sluice materialize --all --full`, then repeat each erasure since the backup"

const taken = ({ relations, suppressed }: Adopted, from: string): ReadonlyArray<string> => [
  `took over ${Human.list(relations)} from the pipeline "${from}", whose history remains its own; run \`sluice materialize --all\``,
  ...(suppressed === 0 ? [] : [`kept ${Human.plural(suppressed, "user")} out whom "${from}" has erased`])
]

const rotated = ({ sealed, suppressed }: Rotated): ReadonlyArray<string> => [
  `gave the store new keys, ${sealed ? "sealed with SLUICE_SECRET" : "kept in the store"}; the next run reads everything`,
  ...(suppressed === 0 ? [] : [`kept ${Human.plural(suppressed, "erased user")} out under the new keys`])
]
