import * as AssetName from "@sluice/core/asset/AssetName"
import type { Failure } from "@sluice/core/asset/Failure"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { Spill, SpillFailed } from "@sluice/core/data/Spill"
import * as Log from "@sluice/core/Log"
import * as BadRows from "@sluice/core/source/BadRows"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Quarantine } from "@sluice/core/source/Quarantine"
import * as Rejects from "@sluice/core/source/Rejects"
import { SourcePages } from "@sluice/core/source/SourcePages"
import type { StoreFailed } from "@sluice/core/source/StoreFailed"
import { type Suppressed, Suppressions } from "@sluice/core/source/Suppressions"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ApiPage, RefetchedPage } from "../source/ApiPage.ts"
import type { NotComparable } from "../source/ConditionalFetch.ts"
import type { Known } from "../source/Manifest.ts"
import * as Completeness from "./Completeness.ts"
import * as DataVersion from "./DataVersion.ts"
import * as Delta from "./Delta.ts"
import * as Duplicates from "./Duplicates.ts"
import * as PackedRows from "./PackedRows.ts"
import * as PageIndex from "./PageIndex.ts"

/** One source, and how its rows are kept and identified. */
export interface Source<A, E, R> extends PackedRows.Packing<A> {
  /** The name of the rows for people and for the quarantine: `users`. */
  readonly name: string
  readonly pages: Stream.Stream<ApiPage<A>, E, R>
  /** Reads its changed pages. Undefined if the next reading must have all rows. */
  readonly since: ((known: ReadonlyArray<Known>) => Stream.Stream<RefetchedPage<A>, E | NotComparable, R>) | undefined
  readonly version: (row: A) => string
  /** The ids of the people that a row is about. */
  readonly people: (row: A) => ReadonlyArray<string>
  /** Whether a row's id is a person's id. Then an undecodable row of a suppressed person is recognized. */
  readonly isPerson: boolean
}

/**
 * Reads a source. It reads only the changes if all of this run's outputs were made from the reading that the store remembers;
 * otherwise it reads everything. Both give the same data version for the same answers: the store's fingerprint of the kept
 * rows, page by page, and the number of erasures. Rows about erased people are left out first, and counted as `suppressed` if
 * there are erased people.
 *
 * A full reading has every valid row once, by its id. The others are quarantined. It fails if too many rows are bad, after the
 * quarantine is written, and if rows are missing, as `Completeness` judges. It reports progress per page, and this metadata:
 * `rows`; `quarantined`; `duplicates` (rows left out because their id occurred again); `conflicts` (ids with different
 * contents); `unknown_fields` (distinct unknown fields, at most 1,000, without their names, since a name can be data too).
 * Downstream assets start on the first page. If duplicate ids are found at the end, they restart.
 *
 * A reading of changes reports the same, with the number of all `rows`, and `pages` and `pages_changed` besides. It has no
 * quarantined rows and no duplicates, since these require a full reading.
 */
export const collect = Effect.fn("Ingest.collect")(function* <A, E extends Failure, R>(
  read: Source<A, E, R>
): Effect.fn.Return<
  Changes.Reading<A>,
  E | SpillFailed | StoreFailed | BadRows.TooManyBadRows | Completeness.SourceIncomplete,
  R | Quarantine | Suppressions | Spill | StepContext | Scope.Scope
> {
  const step = yield* StepContext
  // Merged pipelines may each have `users`. The asset's prefix distinguishes them.
  const source = { ...read, name: `${AssetName.prefixOf(step.asset)}${read.name}` }
  const suppressed = yield* Effect.flatMap(Suppressions, (suppressions) => suppressions.begin(step.runId))
  const changes = yield* readChanges(source, suppressed)
  return changes ?? (yield* readAll(source, suppressed))
})

/** The remembered pages. Undefined for a slice: a partition is replaced whole, so its changes are of no use. */
const pagesOf = Effect.flatMap(StepContext, ({ slice }) => (slice === undefined ? SourcePages : Effect.succeed(undefined)))

const readChanges = Effect.fnUntraced(function* <A, E extends Failure, R>(
  source: Source<A, E, R>,
  { epoch, has }: Suppressed
) {
  const { dataVersion, lastMadeFrom, metadata, progress, runId } = yield* StepContext
  const fingerprints = yield* Fingerprints
  const remembered = yield* pagesOf
  const { codec, id, name, since } = source
  if (since === undefined || fingerprints === undefined || remembered === undefined || lastMadeFrom === undefined) return
  const base = yield* remembered.load(name)
  if (base?.version !== lastMadeFrom) return
  const unknownFields = new Set<string>()
  let left = 0
  const seen = (page: ApiPage<A>): ApiPage<A> => {
    const kept = has === undefined ? page : without(page, source, has)
    left += sizeOf(page) - sizeOf(kept)
    note(unknownFields, page)
    progress(sizeOf(page))
    return kept
  }
  const delta = yield* Delta.read({
    ...{ name, codec, id, base, remembered, fingerprints, epoch },
    since: (known) =>
      Stream.map(since(known), ({ answer, changed }) => ({
        answer,
        changed: changed === undefined ? undefined : seen(changed)
      }))
  })
  if (delta === undefined) return
  const { changedPages, reading, rows } = delta
  const { pages, version } = reading
  if (rows.size > 0 || changedPages > 0) yield* remembered.replace(name, runId, reading, rows, base.version)
  dataVersion(version)
  metadata({
    rows: pages.reduce((sum, { kept }) => sum + kept, 0),
    quarantined: 0,
    duplicates: 0,
    conflicts: 0,
    unknown_fields: unknownFields.size,
    ...(has === undefined ? {} : { suppressed: left }),
    pages: pages.length,
    pages_changed: changedPages
  })
  return delta.changes
})

const readAll = Effect.fnUntraced(function* <A, E extends Failure, R>(source: Source<A, E, R>, { epoch, has }: Suppressed) {
  const step = yield* StepContext
  const quarantine = yield* Quarantine
  const badRows = yield* BadRows.BadRowPolicy
  const completeness = yield* Completeness.CompletenessPolicy
  const words = Completeness.wordsOf(completeness)
  const fingerprints = yield* Fingerprints
  const remembered = yield* pagesOf
  const remembers = remembered !== undefined && source.since !== undefined
  const pageIndex = fingerprints === undefined ? undefined : yield* PageIndex.make(fingerprints, { remembers })
  const detector = yield* Duplicates.detector()
  const rejects = yield* Rejects.make()
  const unknownFields = new Set<string>()
  const tally = Completeness.tally()
  let suppressed = 0

  const blocks = Stream.mapEffect(source.pages, (read) => {
    const page = has === undefined ? read : without(read, source, has)
    suppressed += sizeOf(read) - sizeOf(page)
    note(unknownFields, page)
    step.progress(sizeOf(read))
    const rows = page.packed ?? PackedRows.make(source, page.rows)
    const rejected = read.rejected.map(({ id }) => id)
    tally.see(read, rows.packed.rows, has === undefined ? rejected : [...rejected, ...leftOut(read, source, has)])
    const noted = pageIndex?.see(read.answer, rows) ?? Effect.void
    return Effect.as(Effect.all([noted, detector.see(rows.hashes), rejects.see(page.rejected)]), {
      packed: rows.packed,
      rows: has === undefined && page.packed !== undefined ? undefined : page.rows
    })
  })
  let isHandedOff = false
  const growing = yield* Dataset.growing(blocks, source.codec, {
    concluded: step.concluded,
    beforeReading: Effect.suspend(() =>
      isHandedOff ? Effect.void : Effect.die(new SourceReadByItsOwnAsset({ source: source.name }))
    )
  })

  const versionOf = Effect.fnUntraced(function* (distinct: Duplicates.Distinct<A>) {
    if (fingerprints === undefined || pageIndex === undefined) return undefined
    if (distinct.duplicates === 0) {
      return DataVersion.ofPages(fingerprints, source.name, pageIndex.fingerprints, epoch)
    }
    const prints: Array<string> = []
    yield* Dataset.forEachChunk(distinct.rows, (chunk) =>
      Effect.sync(() => prints.push(DataVersion.ofRows(fingerprints, source.codec.encode(chunk))))
    )
    return DataVersion.ofPages(fingerprints, source.name, prints, epoch)
  })

  const rest = Effect.gen(function* () {
    isHandedOff = true
    const collected = yield* growing.fill
    const good = collected.size ?? 0

    // From here on, the quarantine does not belong to the remembered pages.
    yield* remembered?.forget(source.name) ?? Effect.void
    const tooMany = BadRows.judge(source.name, good + rejects.count(), rejects, badRows)
    const reading = { failed: tooMany !== undefined, slice: step.slice !== undefined }
    yield* quarantine.replace(source.name, step.runId, rejects.rows(), reading)
    if (tooMany !== undefined) return yield* tooMany

    const distinct = yield* Duplicates.remove(collected, yield* detector.suspects, source, tally.starts)
    const incomplete = Completeness.judge(
      {
        source: source.name,
        rows: good - distinct.duplicates + tally.left(),
        total: tally.total(),
        overlapping: distinct.overlapping,
        fell: tally.fell()
      },
      step.attempt,
      completeness
    )
    if (incomplete !== undefined) return yield* incomplete
    const version = yield* versionOf(distinct)
    if (version !== undefined) step.dataVersion(version)
    const known = distinct.duplicates === 0 && rejects.count() === 0 ? pageIndex?.pages() : undefined
    if (version !== undefined && known !== undefined) {
      yield* remembered?.replace(source.name, step.runId, { version, pages: known.pages }, known.rows) ?? Effect.void
    }
    if (tally.fell()) yield* Log.warning(totalFell(words), { source: source.name })
    if (distinct.duplicates > 0) {
      const mayMiss = tally.total() === undefined && distinct.overlapping > 0
      yield* Log.warning(mayMiss ? pagesOverlap(words) : "rows came more than once, and were loaded once", {
        source: source.name,
        duplicates: distinct.duplicates,
        overlapping: distinct.overlapping,
        conflicts: distinct.conflicts
      })
    }
    step.metadata({
      rows: good - distinct.duplicates,
      quarantined: rejects.count(),
      duplicates: distinct.duplicates,
      conflicts: distinct.conflicts,
      unknown_fields: unknownFields.size,
      ...(has === undefined ? {} : { suppressed })
    })
    growing.settle(distinct.rows)
    return distinct.duplicates === 0 ? "same" : "changed"
  })
  yield* StepContext.handOff(rest, growing.begun)
  return growing.dataset
})

/**
 * The asset that reads a source also used its rows. They arrive only after `materialize` has returned, so it would wait
 * forever. The step's error names this class and not the message, as for all defects.
 */
class SourceReadByItsOwnAsset extends Data.TaggedError("SourceReadByItsOwnAsset")<{ readonly source: string }> {
  override get message() {
    return `The asset that reads ${this.source} also uses their rows. Return them, and use them in an asset downstream.`
  }
}

/** Notes the names of unknown fields, at most a thousand, since a source may have any number. */
const note = (names: Set<string>, { unknownFields }: ApiPage<unknown>) => {
  for (const name of unknownFields.keys()) if (names.size < 1_000) names.add(name)
}

type Words = ReturnType<typeof Completeness.wordsOf>

const pagesOverlap = ({ overlapping }: Words) =>
  `rows were on more than one page, so others may be missing: the source changes while it is read, or does not sort its rows. ${overlapping}=reread reads again, and loads nothing that overlaps`

const totalFell = ({ rereads }: Words) =>
  `the total fell while pages were read, each time: a row that was removed moves the others, so one may be missing. Run again when the source is quieter, or raise ${rereads}`

/** The ids of a page's rows about suppressed people. */
const leftOut = <A, E, R>({ rows }: ApiPage<A>, source: Source<A, E, R>, has: (id: string) => boolean) =>
  rows.filter((row) => source.people(row).some((id) => has(id))).map((row) => source.id(row))

/** A page without the rows about suppressed people. */
const without = <A, E, R>(page: ApiPage<A>, source: Source<A, E, R>, has: (id: string) => boolean): ApiPage<A> => {
  const rows = page.rows.filter((row) => !source.people(row).some((id) => has(id)))
  return {
    rows,
    rejected: source.isPerson ? page.rejected.filter(({ id }) => id === null || !has(id)) : page.rejected,
    unknownFields: page.unknownFields,
    packed: rows.length === page.rows.length ? page.packed : undefined
  }
}

const sizeOf = (page: ApiPage<unknown>): number => page.rejected.length + (page.packed?.packed.rows ?? page.rows.length)
