import type { Values } from "@sluice/core/command/CommandTable"
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
  if (provisioner === undefined && !rotate && !restored) {
    return yield* new UsageError({
      detail:
        "Set DATABASE_ADMIN_URL (mysql://root:password@host:port) to provision a server, in the environment or in .env. --rotate and --restored work without it, and leave accounts as they are."
    })
  }
  const spec = yield* Pipeline.warehouse
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
  const { marks, green, worded } = output.outStyle
  yield* output.out(
    done.length === 0
      ? [`${green(marks.ok)} Nothing was missing in ${Announcement.store(settings)}.`]
      : done.map((line) => `${green(marks.ok)} ${worded(line)}`)
  )
})

const accepted =
  "took the store as it is; run `sluice materialize --all --full`, and erase again whoever was erased since the backup"

const rotated = ({ sealed, suppressed }: Rotated): ReadonlyArray<string> => [
  `gave the store new keys, ${sealed ? "sealed with SLUICE_SECRET" : "kept in the store"}; the next run reads everything`,
  ...(suppressed === 0 ? [] : [`kept ${Human.plural(suppressed, "erased user")} out under the new keys`])
]
