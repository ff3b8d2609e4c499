import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Spill } from "@sluice/core/data/Spill"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import { Quarantine, type QuarantinedRow } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import type { SourceError } from "@sluice/rest-source/source/SourceError"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Message from "../../src/domain/Message.ts"
import * as User from "../../src/domain/User.ts"
import { SparkApi } from "../../src/SparkApi.ts"

/** What the services below were asked to keep. */
interface Kept {
  readonly published: Map<string, ReadonlyArray<unknown>>
  readonly views: Array<string>
  readonly quarantined: Map<string, ReadonlyArray<QuarantinedRow>>
}

/** Warehouse, masker, quarantine and spill in memory, and what they keep. Mask ids count up from 1 in order of arrival. */
export const make = () => {
  const kept: Kept = { published: new Map(), views: [], quarantined: new Map() }
  const ids = new Map<string, MaskMap.Ids>()
  const idsOf = (table: string) => {
    const known = ids.get(table) ?? MaskMap.ids()
    ids.set(table, known)
    return known
  }
  const layer = Layer.mergeAll(
    Spill.layerMemory,
    Suppressions.layerNone,
    Layer.mock(Warehouse, {
      measure: () => Effect.succeed([]),
      marks: Effect.succeed(new Map()),
      countsQuickly: true,
      drift: () => Effect.succeed([]),
      publish: (table, rows) =>
        Effect.gen(function* () {
          const all = yield* Dataset.toArray(rows)
          kept.published.set(table.name, all)
          yield* StepContext.metadata({ rows: all.length })
          return { relation: table }
        }),
      publishView: (view) =>
        Effect.sync(() => {
          kept.views.push(view.name)
          return { relation: view }
        }),
      open: (relation) =>
        kept.published.has(relation.name)
          ? Effect.succeed({ relation })
          : new WarehouseFailed({ reason: "Missing", operation: `open ${relation.name}`, detail: "it is not there" })
    }),
    Layer.succeed(PiiMasker, {
      ids: (table, values) =>
        Effect.map(Dataset.toArray(values), (all) => {
          const known = idsOf(table.name)
          for (const value of all) if (value !== null && !known.has(value)) known.set(value, known.size() + 1)
          return known.toMap(table.kind)
        }),
      load: (table) => Effect.sync(() => idsOf(table.name).toMap(table.kind))
    }),
    Layer.mock(Quarantine, {
      replace: (source, _runId, rows) => Effect.map(Dataset.toArray(rows), (all) => void kept.quarantined.set(source, all))
    })
  )
  return { kept, layer }
}

/** An API that answers with the pages given, or fails. */
export const sparkApi = (answers: {
  readonly users?: ReadonlyArray<ReadonlyArray<unknown>> | SourceError
  readonly messages?: ReadonlyArray<ReadonlyArray<unknown>> | SourceError
}): Layer.Layer<SparkApi> => {
  const { users = [], messages = [] } = answers
  return Layer.succeed(SparkApi, {
    users: {
      pages: "_tag" in users ? Stream.fail(users) : pagesOf(users, (rows, at) => DecodedRows.decode(User.decoder, rows, at)),
      since: () => Stream.fail("NotComparable")
    },
    messages: {
      pages:
        "_tag" in messages
          ? Stream.fail(messages)
          : pagesOf(messages, (rows, at) => DecodedRows.decode(Message.decoder, rows, at)),
      since: () => Stream.fail("NotComparable")
    }
  })
}

const pagesOf = <A>(
  pages: ReadonlyArray<ReadonlyArray<unknown>>,
  decode: (rows: ReadonlyArray<unknown>, firstOrdinal: number) => DecodedRows.DecodedRows<A>
) => Stream.mapAccum(Stream.fromIterable(pages), 0, (ordinal, rows) => [ordinal + rows.length, decode(rows, ordinal)])
