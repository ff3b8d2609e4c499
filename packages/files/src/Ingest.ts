import type * as FileSystem from "@effect/platform/FileSystem"
import type { FileUnreadable } from "@sluice/core/asset/FileFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import * as BadRows from "@sluice/core/source/BadRows"
import { isRejection, type Rejection } from "@sluice/core/source/Decoder"
import { Quarantine } from "@sluice/core/source/Quarantine"
import * as Rejects from "@sluice/core/source/Rejects"
import * as SchemaDecoder from "@sluice/core/source/SchemaDecoder"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as UnknownFields from "@sluice/core/source/UnknownFields"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type FileHeaderInvalid, type FileInvalid, FileRowsInvalid } from "./FileInvalid.ts"

/** A row of a file, before decoding. */
export interface Line {
  /** The line on which the row ends, from 1. */
  readonly line: number
  /** The row, or why it could not be parsed. */
  readonly value: unknown
}

export type Lines = Stream.Stream<
  ReadonlyArray<Line>,
  FileUnreadable | FileInvalid | FileHeaderInvalid,
  FileSystem.FileSystem
>

/**
 * Decodes a file's rows and collects them, in memory up to the limit of `Spill`. Rows about erased people are left out. Reports
 * the metadata `unknown_fields`, and `quarantined` and `suppressed` if there may be such rows.
 */
export const collect = Effect.fn("FileSource.collect")(function* <A, I>(
  path: string,
  lines: Lines,
  options: {
    readonly item: Schema.Schema<A, I> & RowCodec.Kept<NoInfer<A>>
    readonly badRows?: "fail" | "quarantine"
    readonly people?: (row: A) => ReadonlyArray<string>
  }
) {
  const { badRows = "fail", item, people = () => [] } = options
  const step = yield* StepContext
  const quarantine = yield* Quarantine
  const { has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin(step.runId))
  const policy = yield* BadRows.BadRowPolicy
  const { decode, known } = SchemaDecoder.make(item, "id")
  const rejects = yield* Rejects.make()
  const unknown = UnknownFields.counter(known)
  const first: Array<string> = []
  let suppressed = 0

  const decodeAll = (batch: ReadonlyArray<Line>) => {
    const rows: Array<A> = []
    const rejected: Array<Rejection & { readonly line: number }> = []
    for (const { line, value } of batch) {
      const row = isRejection(value) ? value : decode(value)
      if (!isRejection(value)) unknown.see(value)
      if (isRejection(row)) rejected.push({ line, field: row.field, reason: row.reason })
      else if (has !== undefined && people(row).some(has)) suppressed++
      else rows.push(row)
    }
    for (const { field, line, reason } of rejected.slice(0, maxShown - first.length)) {
      first.push(`line ${line}: ${field === "" ? "the row" : field} ${reason}`)
    }
    return Effect.as(
      rejects.see(rejected.map(({ field, line, reason }) => ({ ordinal: line, id: null, field, reason }))),
      rows
    )
  }

  const all = yield* Dataset.collect(Stream.mapEffect(lines, decodeAll), RowCodec.make(item))
  const bad = rejects.count()
  const total = (all.size ?? 0) + suppressed + bad
  if (badRows === "fail" && bad > 0) return yield* new FileRowsInvalid({ path, bad, total, lines: first })
  if (badRows === "quarantine") {
    const tooMany = BadRows.judge(step.asset, total, rejects, policy)
    const reading = { failed: tooMany !== undefined, slice: step.slice !== undefined }
    yield* quarantine.replace(step.asset, step.runId, rejects.rows(), reading)
    if (tooMany !== undefined) return yield* tooMany
    step.metadata({ quarantined: bad })
  }
  step.metadata({
    rows: all.size ?? 0,
    unknown_fields: unknown.counts.size,
    ...(has === undefined ? {} : { suppressed })
  })
  return all
})

const maxShown = 10
