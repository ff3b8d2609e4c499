import * as Either from "effect/Either"
import type { Signature } from "../Signature.ts"
import { StandingCorrupt } from "../StandingCorrupt.ts"
import * as ByteReader from "./ByteReader.ts"
import * as ByteWriter from "./ByteWriter.ts"
import { checksum } from "./checksum.ts"
import type { Segments } from "./Segments.ts"
import type { Group, Standing } from "./standingModel.ts"

/**
 * The layout of a standing. Numbers are base 128, the lowest digits first; a signed one is doubled, and one less if it is negative.
 *
 * - the version of the layout, and the signature: the name of the set, and of each dimension its name, cut, zone and column; then the
 *   version of what was observed, and since when. Version 1 has no columns and nothing that was observed
 * - the code versions; then the groups: flags, and the times and code that the flags name, times as differences
 * - the scale, a common divisor of all ordinals; and the gap, the smallest distance from a range's end to the next range
 * - the cells: a key, the number of bytes that follow, the number of ranges, the first ordinal, the group and two flags of each range; then of each range its
 *   distance from the range before, unless it is the gap, and its length, unless it is a single window
 * - a checksum of all of these, in 4 bytes
 */
const version = 2

const flags = { made: 1, late: 2, failed: 4 } as const
const [atGap, isSingle] = [1, 2]

export const encode = ({ cells, groups, observed, signature }: Standing): Uint8Array => {
  const writer = ByteWriter.make()
  writer.number(version)
  writeSignature(writer, signature)
  writer.text(observed?.version ?? "")
  writer.signed(observed?.since ?? 0)
  writeGroups(writer, groups)
  const all = [...cells.values()]
  const scale = scaleOf(all)
  const gap = gapOf(all)
  writer.number(scale)
  writer.number(gap / scale)
  writer.number(cells.size)
  for (const [cell, segments] of cells) {
    writer.text(cell)
    const own = ByteWriter.make()
    writeSegments(own, segments, scale, gap)
    writer.bytes(own.written())
  }
  return withChecksum(writer.written())
}

export const decode = (bytes: Uint8Array): Either.Either<Standing, StandingCorrupt> =>
  Either.try({
    try: () => read(ByteReader.make(withoutChecksum(bytes))),
    catch: (error) =>
      new StandingCorrupt({ reason: error instanceof ByteReader.Unreadable ? error.message : "it has another layout" })
  })

const read = (reader: ByteReader.ByteReader): Standing => {
  const layout = reader.number()
  if (layout < 1 || layout > version) throw new ByteReader.Unreadable("it was written by another version of Sluice")
  const signature = readSignature(reader, layout)
  const observed = layout === 1 ? undefined : readObserved(reader)
  const groups = readGroups(reader)
  const scale = reader.number()
  const gap = reader.number() * scale
  const cells = new Map<string, Segments>()
  const count = reader.number()
  for (let at = 0; at < count; at++) {
    const cell = reader.text()
    cells.set(cell, whenRead(reader.bytes(), scale, gap, groups.length))
  }
  reader.end()
  return { signature, observed, groups, cells }
}

const writeSignature = (writer: ByteWriter.ByteWriter, { dimensions, partitions }: Signature): void => {
  writer.text(partitions)
  writer.number(dimensions.length)
  for (const { column = "", cut, name, timezone } of dimensions) {
    for (const text of [name, cut, timezone, column]) writer.text(text)
  }
}

const readSignature = (reader: ByteReader.ByteReader, layout: number): Signature => ({
  partitions: reader.text(),
  dimensions: Array.from({ length: reader.count() }, () => {
    const part = { name: reader.text(), cut: reader.text(), timezone: reader.text() }
    const column = layout === 1 ? "" : reader.text()
    return column === "" ? part : { ...part, column }
  })
})

const readObserved = (reader: ByteReader.ByteReader): Standing["observed"] => {
  const [version, since] = [reader.text(), reader.signed()]
  return version === "" ? undefined : { version, since }
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
  const rest: Array<number> = []
  const start = bounds[0] ?? 0
  let before = start - gap
  writer.number(groups.length)
  writer.signed(start / scale)
  for (let at = 0; at < groups.length; at++) {
    const first = bounds[at * 2] ?? 0
    const last = bounds[at * 2 + 1] ?? 0
    writer.number((groups[at] ?? 0) * 4 + (first - before === gap ? atGap : 0) + (first === last ? isSingle : 0))
    if (first - before !== gap) rest.push((first - before) / scale)
    if (first !== last) rest.push((last - first) / scale)
    before = last
  }
  for (const number of rest) writer.number(number)
}

/** The segments of a cell, read when they are looked at: unread, they take a tenth of the time and of the memory. */
const whenRead = (bytes: Uint8Array, scale: number, gap: number, known: number): Segments => {
  let read: Segments | undefined
  const segments = () => {
    read ??= readSegments(ByteReader.make(bytes), scale, gap, known)
    return read
  }
  return {
    get bounds() {
      return segments().bounds
    },
    get groups() {
      return segments().groups
    }
  }
}

const readSegments = (reader: ByteReader.ByteReader, scale: number, gap: number, known: number): Segments => {
  const count = reader.count()
  let before = reader.signed() * scale - gap
  // One buffer for both: memory of a typed array costs more than its numbers.
  const buffer = new ArrayBuffer(count * 20)
  const bounds = new Float64Array(buffer, 0, count * 2)
  const groups = reader.numbers(new Uint32Array(buffer, count * 16, count))
  for (let at = 0; at < count; at++) {
    const token = groups[at] ?? 0
    const first = before + ((token & atGap) === 0 ? reader.number() * scale : gap)
    before = (token & isSingle) === 0 ? first + reader.number() * scale : first
    bounds[at * 2] = first
    bounds[at * 2 + 1] = before
    groups[at] = token >>> 2
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

const withChecksum = (bytes: Uint8Array): Uint8Array => {
  const all = new Uint8Array(bytes.length + 4)
  all.set(bytes)
  new DataView(all.buffer).setUint32(bytes.length, checksum(bytes, bytes.length))
  return all
}

const withoutChecksum = (bytes: Uint8Array): Uint8Array => {
  const length = bytes.length - 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (length < 0 || view.getUint32(length) !== checksum(bytes, length)) {
    throw new ByteReader.Unreadable("its bytes have changed")
  }
  return bytes.subarray(0, length)
}
