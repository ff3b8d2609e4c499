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
    )
  },
  Effect.fn("assets.provision")(function* ({ rotate, ...allowed }) {
    const output = yield* Output
    const settings = yield* Settings.load
    const provisioner = yield* Provision.provisioner(settings, allowed)
    if (provisioner === undefined && !rotate) {
      return yield* new UsageError({
        detail:
          "Set DATABASE_ADMIN_URL (mysql://root:password@host:port) to provision a server, in the environment or in .env. Without it, --rotate gives the store new keys, and leaves accounts as they are."
      })
    }
    const provisioned =
      provisioner === undefined
        ? []
        : yield* Effect.provide(
            Effect.flatMap(Provisioner, (service) => service.provision(spec)),
            provisioner
          )
    const done = rotate ? [...provisioned, ...rotated(yield* Stores.rotate(settings))] : provisioned
    const { marks, green } = output.outStyle
    yield* output.out(
      done.length === 0
        ? [`${green(marks.ok)} Nothing was missing in ${Announcement.store(settings)}.`]
        : done.map((line) => `${green(marks.ok)} ${line}`)
    )
  })
).pipe(Command.withDescription(provisionHelp.summary))

const rotated = ({ sealed, suppressed }: Rotated): ReadonlyArray<string> => [
  `gave the store new keys, ${sealed ? "sealed with SLUICE_SECRET" : "kept in the store"}; the next run reads everything`,
  ...(suppressed === 0 ? [] : [`kept ${Human.plural(suppressed, "erased user")} out under the new keys`])
]
