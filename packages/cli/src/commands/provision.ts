import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { spec } from "@sluice/assets/pipeline"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { provisionHelp } from "../Pages.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Provision from "../wiring/Provision.ts"
import * as Settings from "../wiring/Settings.ts"

export const provision = Command.make(
  "provision",
  {
    adopt: Options.boolean("adopt").pipe(
      Options.withDescription("take over accounts of those names that exist; they lose their other grants")
    ),
    passwordInClear: Options.boolean("password-in-clear").pipe(
      Options.withDescription("send MariaDB passwords instead of hashes, which its logs then hold")
    )
  },
  Effect.fn("assets.provision")(function* (allowed) {
    const output = yield* Output
    const settings = yield* Settings.load
    const provisioner = yield* Provision.provisioner(settings, allowed)
    if (provisioner === undefined) {
      return yield* new UsageError({
        detail:
          "Set DATABASE_ADMIN_URL (mysql://root:password@host:port) to provision a server, in the environment or in .env. It is used for nothing else."
      })
    }
    const done = yield* Effect.provide(
      Effect.flatMap(Provisioner, (service) => service.provision(spec)),
      provisioner
    )
    const { marks, green } = output.outStyle
    yield* output.out(
      done.length === 0
        ? [`${green(marks.ok)} Nothing was missing in ${Announcement.store(settings)}.`]
        : done.map((line) => `${green(marks.ok)} ${line}`)
    )
  })
).pipe(Command.withDescription(provisionHelp.summary))
