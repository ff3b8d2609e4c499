import * as FileSystem from "@effect/platform/FileSystem"
import * as Asset from "@sluice/core/asset/Asset"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import { Quarantine, type QuarantinedRow } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as FileSource from "../../src/FileSource.ts"

/** A file system in which every file has the same bytes, read in pieces of some size. */
export const fileOf = (content: string | Uint8Array, pieceBytes = 65_536): Layer.Layer<FileSystem.FileSystem> => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
  const starts = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) => i * pieceBytes)
  return FileSystem.layerNoop({
    stream: () => Stream.fromIterable(starts.map((start) => bytes.subarray(start, start + pieceBytes)))
  })
}

/** Materializes a file. Returns its rows, metadata and quarantined rows, or the message of its error. */
export const read = <A>(
  source: FileSource.FileSource<A>,
  file: Layer.Layer<FileSystem.FileSystem>,
  erased: ReadonlyArray<string> = []
) =>
  Effect.gen(function* () {
    const quarantined: Array<QuarantinedRow> = []
    const quarantine = Layer.mock(Quarantine, {
      replace: (_source, _runId, rows) => Effect.map(Dataset.toArray(rows), (all) => void quarantined.push(...all))
    })
    const has = erased.length === 0 ? undefined : (id: string) => erased.includes(id)
    const suppressions = Layer.succeed(Suppressions, { begin: () => Effect.succeed({ epoch: 0, has }) })
    const asset = Asset.make("rates_file", { materialize: source.rows })
    const { metadata, value } = yield* Effect.provide(
      runForTest(asset, {}),
      Layer.mergeAll(quarantine, suppressions, Spill.layerMemory, file)
    )
    return { rows: yield* Dataset.toArray(value), metadata, quarantined }
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) => Effect.succeed(error.message))
  )
