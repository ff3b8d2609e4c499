import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Signature } from "../Signature.ts"
import { StandingCorrupt } from "../StandingCorrupt.ts"
import * as ByteReader from "./ByteReader.ts"
import * as ByteWriter from "./ByteWriter.ts"
import type { Segments } from "./Segments.ts"
import type { Group, Standing } from "./standingModel.ts"

/**
 * The layout of a standing. Numbers are base 128, the lowest digits first; a signed one is doubled, and one less if it is negative.
 *
 * - the version of the layout, and the signature as JSON
 * - the code versions; then the groups: flags, and the times and code that the flags name, times as differences
 * - the scale, a common divisor of all ordinals; and the gap, the smallest distance from a range's end to the next range
 * - the cells: a key, the number of ranges, the first ordinal, and the ranges. A range is its group and two flags, then its distance
 *   from the range before, unless it is the gap, and its length, unless it is a single window
 * - a checksum of all of these, in 4 bytes
 */
const version = 1

const flags = { made: 1, late: 2, failed: 4 } as const
const [atGap, isSingle] = [1, 2]

export const encode = ({ cells, groups, signature }: Standing): Uint8Array => {
  const writer = ByteWriter.make()
  writer.number(version)
  writer.text(JSON.stringify(signature))
  writeGroups(writer, groups)
  const all = [...cells.values()]
  const scale = scaleOf(all)
  const gap = gapOf(all)
  writer.number(scale)
  writer.number(gap / scale)
  writer.number(cells.size)
  for (const [cell, segments] of cells) {
    writer.text(cell)
    writeSegments(writer, segments, scale, gap)
  }
  return writer.finish()
}

export const decode = (bytes: Uint8Array): Either.Either<Standing, StandingCorrupt> =>
  Either.try({
    try: () => read(ByteReader.make(bytes)),
    catch: (error) =>
      new StandingCorrupt({ reason: error instanceof ByteReader.Unreadable ? error.message : "it has another layout" })
  })

const read = (reader: ByteReader.ByteReader): Standing => {
  if (reader.number() !== version) throw new ByteReader.Unreadable("it was written by another version of Sluice")
  const signature = Schema.decodeUnknownSync(Signature)(JSON.parse(reader.text()))
  const groups = readGroups(reader)
  const scale = reader.number()
  const gap = reader.number() * scale
  const cells = new Map<string, Segments>()
  const count = reader.number()
  for (let at = 0; at < count; at++) {
    const cell = reader.text()
    cells.set(cell, readSegments(reader, scale, gap, groups.length))
  }
  reader.end()
  return { signature, groups, cells }
}

const writeGroups = (writer: ByteWriter.ByteWriter, groups: ReadonlyArray<Group>): void => {
  const codes = [...new Set(groups.flatMap(({ code }) => (code === undefined ? [] : [code])))]
  const numberOf = new Map(codes.map((code, number) => [code, number]))
  writer.number(codes.length)
  for (const code of codes) writer.text(code)
  writer.number(groups.length)
  let before = 0
  const time = (at: number) => {
    writer.signed(at - before)
    before = at
  }
  for (const { code, failedAt, isLate, madeAt } of groups) {
    writer.number(
      (madeAt === undefined ? 0 : flags.made) + (isLate ? flags.late : 0) + (failedAt === undefined ? 0 : flags.failed)
    )
    if (madeAt !== undefined) {
      time(madeAt)
      writer.number(numberOf.get(code ?? "") ?? 0)
    }
    if (failedAt !== undefined) time(failedAt)
  }
}

const readGroups = (reader: ByteReader.ByteReader): ReadonlyArray<Group> => {
  const codes = Array.from({ length: reader.count() }, () => reader.text())
  let before = 0
  const time = () => {
    before += reader.signed()
    return before
  }
  return Array.from({ length: reader.count() }, () => {
    const has = reader.number()
    const isMade = (has & flags.made) !== 0
    return {
      madeAt: isMade ? time() : undefined,
      code: isMade ? codes[reader.number()] : undefined,
      isLate: (has & flags.late) !== 0,
      failedAt: (has & flags.failed) === 0 ? undefined : time()
    }
  })
}

const writeSegments = (writer: ByteWriter.ByteWriter, { bounds, groups }: Segments, scale: number, gap: number): void => {
  writer.number(groups.length)
  let before = (bounds[0] ?? 0) - gap
  writer.signed((bounds[0] ?? 0) / scale)
  groups.forEach((group, at) => {
    const [first = 0, last = 0] = [bounds[at * 2], bounds[at * 2 + 1]]
    writer.number(group * 4 + (first - before === gap ? atGap : 0) + (first === last ? isSingle : 0))
    if (first - before !== gap) writer.number((first - before) / scale)
    if (first !== last) writer.number((last - first) / scale)
    before = last
  })
}

const readSegments = (reader: ByteReader.ByteReader, scale: number, gap: number, known: number): Segments => {
  const count = reader.count()
  const bounds = new Float64Array(count * 2)
  const groups = new Uint32Array(count)
  let before = reader.signed() * scale - gap
  for (let at = 0; at < count; at++) {
    const token = reader.number()
    const first = before + ((token & atGap) === 0 ? reader.number() * scale : gap)
    before = (token & isSingle) === 0 ? first + reader.number() * scale : first
    groups[at] = token >>> 2
    bounds[at * 2] = first
    bounds[at * 2 + 1] = before
    if (token >>> 2 >= known) throw new ByteReader.Unreadable("a partition has a group that is not there")
  }
  return { bounds, groups }
}

/** The smallest distance from a range to the next one; 0 if there are no two. */
const gapOf = (cells: ReadonlyArray<Segments>): number => {
  let gap = Number.POSITIVE_INFINITY
  for (const { bounds } of cells) {
    for (let at = 2; at < bounds.length; at += 2) gap = Math.min(gap, (bounds[at] ?? 0) - (bounds[at - 1] ?? 0))
  }
  return gap === Number.POSITIVE_INFINITY ? 0 : gap
}

/** The largest number that divides every ordinal; 1 if all are 0. */
const scaleOf = (cells: ReadonlyArray<Segments>): number => {
  let divisor = 0
  for (const { bounds } of cells) {
    for (const bound of bounds) {
      let rest = Math.abs(bound)
      while (rest !== 0) [divisor, rest] = [rest, divisor % rest]
    }
    if (divisor === 1) break
  }
  return divisor === 0 ? 1 : divisor
}
