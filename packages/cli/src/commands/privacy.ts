import * as Command from "@effect/cli/Command"
import { privacyCanary } from "./privacyCanary.ts"
import { privacyReport } from "./privacyReport.ts"

export const privacy = Command.make("privacy").pipe(
  Command.withDescription("Proves and reports what becomes of personal data"),
  Command.withSubcommands([privacyCanary, privacyReport])
)
