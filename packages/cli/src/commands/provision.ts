import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { spec } from "@sluice/assets/pipeline"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import type { Rotated } from "@sluice/warehouse/Rotated"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { provisionHelp } from "../Pages.ts"
import * as Human from "../render/Human.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Provision from "../wiring/Provision.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import { reissueMaskIds } from "./reissueMaskIds.ts"

export const provision = Command.make(
  "provision",
  {
    adopt: Options.boolean("adopt").pipe(
      Options.withDescription("take over accounts of those names that exist; they lose their other grants")
    ),
    passwordInClear: Options.boolean("password-in-clear").pipe(
      Options.withDescription("send MariaDB passwords instead of hashes, which its logs then hold")
    ),
    rotate: Options.boolean("rotate").pipe(
      Options.withDescription("give the store new keys as well, sealed with SLUICE_SECRET if it is set")
    ),
    restored: Options.boolean("restored").pipe(
      Options.withDescription("take a store as it is whose parts were restored from different times")
    ),
    reissue: Options.boolean("reissue-mask-ids").pipe(
      Options.withDescription("replace mask ids that were given in order by random ones, everywhere")
    ),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription("with --reissue-mask-ids: show tables and counts, and change nothing")
    )
  },
  Effect.fn("assets.provision")(function* ({ dryRun, reissue, restored, rotate, ...allowed }) {
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
    const { marks, green } = output.outStyle
    yield* output.out(
      done.length === 0
        ? [`${green(marks.ok)} Nothing was missing in ${Announcement.store(settings)}.`]
        : done.map((line) => `${green(marks.ok)} ${line}`)
    )
  })
).pipe(Command.withDescription(provisionHelp.summary))

const accepted =
  "took the store as it is; run `pnpm assets materialize --all --full`, and erase again whoever was erased since the backup"

const rotated = ({ sealed, suppressed }: Rotated): ReadonlyArray<string> => [
  `gave the store new keys, ${sealed ? "sealed with SLUICE_SECRET" : "kept in the store"}; the next run reads everything`,
  ...(suppressed === 0 ? [] : [`kept ${Human.plural(suppressed, "erased user")} out under the new keys`])
]
