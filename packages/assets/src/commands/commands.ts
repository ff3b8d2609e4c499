import * as Command from "@sluice/core/command/Command"
import { privacyCanary } from "./tables/privacyCanary.ts"
import { sampleApi } from "./tables/sampleApi.ts"

/** The commands of this pipeline, in the order of help. */
export const commands = [
  Command.make(privacyCanary, async () => (await import("./privacyCanary.ts")).run),
  Command.make(sampleApi, async () => (await import("./sampleApi.ts")).run)
]
