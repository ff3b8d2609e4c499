import { Generalisation } from "@sluice/assets/privacy/Generalisation"
import { BadRowPolicy } from "@sluice/rest-source/intake/BadRows"
import { CompletenessPolicy } from "@sluice/rest-source/intake/Completeness"
import { RowLoss } from "@sluice/warehouse/checks/RowCount"
import * as Layer from "effect/Layer"
import * as BlockCompression from "./BlockCompression.ts"
import type { Settings } from "./Settings.ts"
import * as Source from "./Source.ts"
import * as SourceVersions from "./SourceVersions.ts"
import * as Stores from "./Stores.ts"
import * as TemporaryFiles from "./TemporaryFiles.ts"
import * as ThisProcess from "./ThisProcess.ts"

/** Everything that a run needs, as the settings say. */
export const layer = (settings: Settings, options: { readonly allowFewerRows: boolean }) =>
  Layer.mergeAll(
    common(settings),
    Source.layer(settings),
    Layer.succeed(RowLoss, { maxShare: settings.maxRemovedShare, allowed: options.allowFewerRows })
  )

/** The same for a run that reads no source: of checks, on a store that is there. */
export const withoutSource = (settings: Settings) => Layer.merge(common(settings), Source.none)

const common = (settings: Settings) =>
  Layer.mergeAll(
    Stores.layer(settings),
    TemporaryFiles.spill({ rowsInMemory: settings.rowsInMemory, compression: BlockCompression.brotli }),
    Layer.succeed(BadRowPolicy, { maxShare: settings.maxBadShare }),
    Layer.succeed(CompletenessPolicy, { rereads: settings.rereads, overlapping: settings.overlappingPages }),
    Layer.succeed(Generalisation, settings.generalisation),
    SourceVersions.layer(settings),
    ThisProcess.layer
  )
