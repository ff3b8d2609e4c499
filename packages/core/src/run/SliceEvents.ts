import type * as Asset from "../asset/Asset.ts"
import * as Storage from "../asset/Storage.ts"
import * as GrowingRuns from "../partition/internal/GrowingRuns.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import * as Signature from "../partition/Signature.ts"
import type { Space } from "../partition/Space.ts"
import * as Stored from "../partition/Stored.ts"
import type { Draft } from "./EventLog.ts"
import type { CheckEvaluated, ErrorInfo, PartitionsSucceeded } from "./RunEvent.ts"

/** Gathers what happens to the partitions of one step, and emits it as events of ranges. */
export interface SliceEvents {
  /** Takes an event of the step that runs for one slice. */
  readonly take: (event: Draft, slice: Runs.Runs) => void
  /** Skips partitions, because of failed steps. */
  readonly skip: (runs: Runs.Runs, causes: ReadonlyArray<string>) => void
  /** Emits what was gathered. */
  readonly flush: () => void
  readonly counts: () => Counts
  /** The partitions that were made. */
  readonly made: () => Runs.Runs
  /** Those that failed or were skipped. */
  readonly unmade: () => Runs.Runs
  /** The error of the first partition that failed. */
  readonly firstError: () => ErrorInfo | undefined
  /** The checks that every partition has passed. A check that failed was told with its partition. */
  readonly checks: () => ReadonlyArray<Omit<Draft & { readonly _tag: "CheckEvaluated" }, "runId" | "asset">>
}

/** Numbers of partitions, and of rows that their slices reported. */
export interface Counts {
  readonly made: number
  readonly failed: number
  readonly skipped: number
  readonly rows: number
}

/** The most slices of one event. */
const largest = 1_000

/** Gathers the events of a step. `emit` is called with the run's events, and may be called synchronously at any time. */
export const make = (options: {
  readonly runId: string
  readonly asset: Asset.Any
  readonly space: Space
  readonly emit: (event: Draft) => void
}): SliceEvents => {
  const { asset, emit, runId, space } = options
  const step = { runId, asset: asset.name }
  const set = Signature.of(space, Storage.partitionByOf(asset.storage))
  const stored = (runs: Runs.Runs) => {
    const count = Runs.size(runs)
    return { partitions: Stored.of(space, runs), ...(count === 1 ? {} : { count }) }
  }
  let code = ""
  let observed: Pick<typeof PartitionsSucceeded.Type, "observed"> = {}
  let slices: Array<Slices[number]> = []
  let failures = new Map<string, { runs: GrowingRuns.GrowingRuns; error: ErrorInfo }>()
  let skips = new Map<string, { runs: GrowingRuns.GrowingRuns; causes: ReadonlyArray<string> }>()
  let [failed, skipped, rows] = [0, 0, 0]
  const made = GrowingRuns.make(space.size)
  const unmade = GrowingRuns.make(space.size)
  let firstError: ErrorInfo | undefined
  const progress = new Map<Runs.Runs, number>()
  const checks = new Map<string, { last: CheckDraft; count: number; failed: number }>()
  /** The slices that are being made, with what was reported late of them meanwhile: they may have read before it came. */
  const running = new Map<Runs.Runs, Array<LateDraft>>()

  const flush = () => {
    if (slices.length > 0) emit({ _tag: "PartitionsSucceeded", ...step, set, code, ...observed, slices })
    for (const { error, runs } of failures.values()) {
      emit({ _tag: "PartitionsFailed", ...step, set, ...stored(runs.current()), error })
    }
    for (const { causes, runs } of skips.values()) {
      emit({ _tag: "PartitionsSkipped", ...step, set, ...stored(runs.current()), causes })
    }
    slices = []
    failures = new Map()
    skips = new Map()
  }

  const skip = (runs: Runs.Runs, causes: ReadonlyArray<string>) => {
    const id = JSON.stringify(causes)
    const known = skips.get(id) ?? { causes, runs: GrowingRuns.make(space.size) }
    skips.set(id, known)
    known.runs.add(runs)
    unmade.add(runs)
    skipped += Runs.size(runs)
  }

  const evaluated = (event: CheckDraft, slice: Runs.Runs) => {
    const known = checks.get(event.check) ?? { last: event, count: 0, failed: 0 }
    known.last = event
    known.count++
    if (!event.passed) known.failed++
    checks.set(event.check, known)
    if (event.passed) return
    emit({ ...event, metadata: { ...event.metadata, partition: PartitionText.print(space, slice, { limit: 1 }) } })
  }

  const late = (event: LateDraft) => {
    // A partition that was made before is late after its event, not before.
    flush()
    emit(event)
    const { runs } = Stored.toRuns(space, event.partitions)
    for (const [slice, reported] of running) {
      const partitions = Runs.intersect(slice, runs)
      if (!Runs.isEmpty(partitions)) reported.push({ ...event, partitions: Stored.of(space, partitions) })
    }
  }

  const ended = (slice: Runs.Runs) => {
    const reported = running.get(slice) ?? []
    running.delete(slice)
    if (reported.length === 0) return
    flush()
    for (const event of reported) emit(event)
  }

  const succeeded = ({ durationMillis, metadata, provenance }: SuccessDraft, slice: Runs.Runs) => {
    if (provenance !== undefined && provenance.code !== code) {
      flush()
      code = provenance.code
    }
    const { observed: version, observedSince: since } = provenance ?? {}
    if (version !== undefined && since !== undefined) observed = { observed: { version, since } }
    slices.push({ ...stored(slice), durationMillis, metadata })
    made.add(slice)
    rows += typeof metadata["rows"] === "number" ? metadata["rows"] : (progress.get(slice) ?? 0)
    progress.delete(slice)
    if (slices.length >= largest) flush()
  }

  const fail = (error: ErrorInfo, slice: Runs.Runs) => {
    const id = JSON.stringify(error)
    const known = failures.get(id) ?? { error, runs: GrowingRuns.make(space.size) }
    failures.set(id, known)
    known.runs.add(slice)
    unmade.add(slice)
    failed += Runs.size(slice)
    firstError ??= error
    progress.delete(slice)
  }

  const progressed = (done: number, slice: Runs.Runs) => {
    progress.set(slice, done)
    let running = rows
    for (const each of progress.values()) running += each
    emit({ _tag: "StepProgressed", ...step, attempt: 1, rows: running })
  }

  const take = (event: Draft, slice: Runs.Runs): void => {
    switch (event._tag) {
      case "StepStarted":
        running.set(slice, [])
        break
      case "StepSucceeded":
        succeeded(event, slice)
        ended(slice)
        break
      case "StepFailed":
        fail(event.error, slice)
        running.delete(slice)
        break
      case "StepSkipped":
        skip(slice, event.causes)
        running.delete(slice)
        break
      case "StepProgressed":
        progressed(event.rows, slice)
        break
      case "StepRetrying":
        emit({ ...event, partitions: Stored.of(space, slice) })
        break
      case "CheckEvaluated":
        evaluated(event, slice)
        break
      case "PartitionsLate":
        late(event)
        break
      default:
    }
  }

  return {
    take,
    skip,
    flush,
    counts: () => ({ made: Runs.size(made.current()), failed, skipped, rows }),
    made: made.current,
    unmade: unmade.current,
    firstError: () => firstError,
    checks: () =>
      [...checks.values()].flatMap(({ count, failed, last }) => {
        const { blocking, check, severity } = last
        return failed > 0
          ? []
          : [{ _tag: "CheckEvaluated" as const, check, severity, blocking, passed: true, metadata: { partitions: count } }]
      })
  }
}

type Slices = (typeof PartitionsSucceeded.Type)["slices"]
type SuccessDraft = Extract<Draft, { readonly _tag: "StepSucceeded" }>
type LateDraft = Extract<Draft, { readonly _tag: "PartitionsLate" }>
type CheckDraft = Omit<CheckEvaluated, "at">
