import { RowLoss } from "@sluice/warehouse/checks/RowCount"
import * as Layer from "effect/Layer"
import * as BlockCompression from "./BlockCompression.ts"
import type { Settings } from "./Settings.ts"
import * as SourceVersions from "./SourceVersions.ts"
import * as Stores from "./Stores.ts"
import * as TemporaryFiles from "./TemporaryFiles.ts"
import * as ThisProcess from "./ThisProcess.ts"

/** Everything that a run needs, as the settings say. */
export const layer = (settings: Settings, options: { readonly allowFewerRows: boolean }) =>
  Layer.mergeAll(
    common(settings),
    Layer.succeed(RowLoss, { maxShare: settings.maxRemovedShare, allowed: options.allowFewerRows })
  )

/** The same for a run of checks alone, on a store that is there. */
export const forChecks = (settings: Settings) => common(settings)

const common = (settings: Settings) =>
  Layer.mergeAll(
    Stores.layer(settings),
    TemporaryFiles.spill({ rowsInMemory: settings.rowsInMemory, compression: BlockCompression.brotli }),
    settings.configured.resources,
    SourceVersions.layer(settings.configured.settingsOf),
    ThisProcess.layer
  )
