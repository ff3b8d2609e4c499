import * as Dataset from "@sluice/core/data/Dataset"
import type { Spill, SpillFailed } from "@sluice/core/data/Spill"
import * as Log from "@sluice/core/Log"
import { StepContext } from "@sluice/core/run/StepContext"
import { Fingerprints } from "@sluice/warehouse/Fingerprints"
import { Quarantine, type QuarantinedRow } from "@sluice/warehouse/Quarantine"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Page } from "../domain/Page.ts"
import * as BadRows from "./BadRows.ts"
import * as DataVersion from "./DataVersion.ts"
import * as Duplicates from "./Duplicates.ts"

/** One source and how its rows are kept and told apart. */
export interface Source<A, E, R> {
  /** What the rows are, for people and for the quarantine: `users`. */
  readonly name: string
  readonly pages: Stream.Stream<Page<A>, E, R>
  readonly codec: Dataset.Codec<A>
  readonly id: (row: A) => string
  readonly version: (row: A) => string
}

/**
 * Reads a source to its end: every good row once, by its id; the others in quarantine. Fails when too many are bad, after
 * their quarantine is written. Reports progress per page and the metadata `rows`, `quarantined`, `duplicates` (rows that
 * were left out because their id came again), `conflicts` (ids that came with different contents) and `unknown_fields`
 * (different fields that are not known; their names stay here, since a name can be data too). Tells the data version: the
 * store's fingerprint of the rows it keeps, in order, however they were paged.
 */
export const collect = Effect.fn("Intake.collect")(function* <A, E, R>(
  source: Source<A, E, R>
): Effect.fn.Return<
  Dataset.Dataset<A>,
  E | SpillFailed | WarehouseFailed | BadRows.TooManyBadRows,
  R | Quarantine | Spill | StepContext | Scope.Scope
> {
  const step = yield* StepContext
  const quarantine = yield* Quarantine
  const { maxShare } = yield* BadRows.BadRowPolicy
  const fingerprints = yield* Fingerprints
  const identity = { ...source, content: (row: A) => source.codec.encode([row]) }
  const codec = DataVersion.encodingOnce(source.codec)
  const detector = Duplicates.detector(identity)
  const rejected: Array<QuarantinedRow> = []
  const unknownFields = new Set<string>()
  const version = DataVersion.begin(fingerprints, source.name, codec)

  const rows = Stream.map(source.pages, (page) => {
    for (const row of page.rejected) rejected.push(row)
    for (const name of page.unknownFields.keys()) unknownFields.add(name)
    detector.see(page.rows)
    version.add(page.rows)
    step.progress(page.rows.length + page.rejected.length)
    return page.rows
  })
  const collected = yield* Dataset.collect(rows, codec)
  const good = collected.size ?? 0

  yield* quarantine.replace(source.name, step.runId, rejected)
  const tooMany = BadRows.judge(source.name, good + rejected.length, rejected, maxShare)
  if (tooMany !== undefined) return yield* tooMany

  const distinct = yield* Duplicates.remove(collected, detector.suspects, identity)
  const data = distinct.duplicates === 0 ? version.end() : yield* versionOf(distinct.rows, fingerprints, source)
  if (data !== undefined) step.dataVersion(data)
  if (distinct.duplicates > 0) {
    yield* Log.warning("rows came more than once: the source may have changed while its pages were read", {
      source: source.name,
      duplicates: distinct.duplicates,
      conflicts: distinct.conflicts
    })
  }
  step.metadata({
    rows: good - distinct.duplicates,
    quarantined: rejected.length,
    duplicates: distinct.duplicates,
    conflicts: distinct.conflicts,
    unknown_fields: unknownFields.size
  })
  return distinct.rows
})

/** The version of rows that have been collected, at the cost of reading them again. */
const versionOf = Effect.fnUntraced(function* <A>(
  rows: Dataset.Dataset<A>,
  fingerprints: Fingerprints["Type"],
  source: Pick<Source<A, never, never>, "name" | "codec">
) {
  const version = DataVersion.begin(fingerprints, source.name, source.codec)
  yield* Dataset.forEachChunk(rows, (chunk) => Effect.sync(() => version.add(chunk)))
  return version.end()
})
