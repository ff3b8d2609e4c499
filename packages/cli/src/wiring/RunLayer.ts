import { RowLoss } from "@sluice/warehouse/checks/RowCount"
import * as Layer from "effect/Layer"
import * as BlockCompression from "./BlockCompression.ts"
import type { Settings } from "./Settings.ts"
import * as SourceVersions from "./SourceVersions.ts"
import * as Stores from "./Stores.ts"
import * as TemporaryFiles from "./TemporaryFiles.ts"
import * as ThisProcess from "./ThisProcess.ts"

/** The services that a run needs, by the settings. */
export const layer = (settings: Settings, options: { readonly allowFewerRows: boolean }) =>
  Layer.mergeAll(
    common(settings),
    Layer.succeed(RowLoss, { maxShare: settings.maxRemovedShare, allowed: options.allowFewerRows })
  )

/** The services for a run of checks, on an existing store. */
export const forChecks = (settings: Settings) => common(settings)

const common = (settings: Settings) =>
  Layer.mergeAll(
    Stores.layer(settings),
    TemporaryFiles.spill({ rowsInMemory: settings.rowsInMemory, compression: BlockCompression.brotli }),
    settings.configured.resources,
    SourceVersions.layer(settings.configured.settingsOf),
    ThisProcess.layer
  )
