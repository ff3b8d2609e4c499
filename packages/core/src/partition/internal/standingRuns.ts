import * as Either from "effect/Either"
import * as Signature from "../Signature.ts"
import type { Space } from "../Space.ts"
import type { Stored } from "../Stored.ts"
import { lastAtMost } from "./lastAtMost.ts"
import * as Runs from "./Runs.ts"
import type { Segments } from "./Segments.ts"
import type { Current, Group, MadeTogether, Standing } from "./standingModel.ts"
import * as storedCells from "./storedCells.ts"

/** A standing by the indices of a space. */
export const at = (space: Space, self: Standing): Current => {
  const isReadable = Signature.differences(self.signature, Signature.of(space)).length === 0
  const { orphaned, places } = isReadable ? locate(space, self) : { orphaned: new Map(self.cells), places: placesFor(0) }
  const unit = Signature.unitOf(self.signature)
  const cells = [...orphaned].map(([cell, { bounds }]) => [cell, unit === "none" ? [] : [...bounds]] as const)
  return current(space, self.groups, places, { unit, cells: Object.fromEntries(cells) })
}

/** Indices `[from, to)` of one group each, ascending: the first `count` of each array. */
interface Places {
  readonly count: number
  readonly froms: Uint32Array
  readonly tos: Uint32Array
  readonly groups: Uint32Array
}

const placesFor = (count: number): Places => ({
  count: 0,
  froms: new Uint32Array(count),
  tos: new Uint32Array(count),
  groups: new Uint32Array(count)
})

/** Where the partitions of a standing lie in a space, and those that it does not have. */
const locate = (space: Space, { cells }: Standing) => {
  const layout = storedCells.layoutOf(space)
  const { length, lineOf, windows } = layout
  const orphaned = new Map<string, Pick<Segments, "bounds">>()
  const lines: Array<readonly [line: number, cell: string, segments: Segments]> = []
  let total = 0
  for (const [cell, segments] of cells) {
    const line = lineOf(cell)
    if (Either.isLeft(line)) orphaned.set(cell, segments)
    else {
      lines.push([line.right, cell, segments])
      total += segments.groups.length
    }
  }
  const { froms, groups, tos } = placesFor(total)
  let count = 0
  const add = (from: number, to: number, group: number) => {
    froms[count] = from
    tos[count] = to
    groups[count++] = group
  }
  for (const [line, cell, segments] of lines.sort(([a], [b]) => a - b)) {
    const { bounds, groups: own } = segments
    if (windows === undefined) {
      add(line, line + 1, own[0] ?? 0)
      continue
    }
    const base = line * length
    const lost = storedCells.locate(layout, windows, bounds, (from, to, at) => add(base + from, base + to, own[at] ?? 0))
    if (lost.length > 0) orphaned.set(cell, { bounds: new Float64Array(lost) })
  }
  const places: Places = { count, froms: froms.subarray(0, count), tos, groups }
  return { places, orphaned }
}

const current = (space: Space, groups: ReadonlyArray<Group>, places: Places, orphaned: Stored): Current => {
  const runsOf = (bounds: Uint32Array, count: number) =>
    Runs.intersect(Runs.fromBounds(space.size, bounds, count), space.all)
  const where = (holds: (group: Group) => boolean) => {
    const held = Uint8Array.from(groups, (group) => Number(holds(group)))
    if (!held.includes(1)) return Runs.empty(space.size)
    const bounds = new Uint32Array(places.count * 2)
    let count = 0
    for (let at = 0; at < places.count; at++) {
      if (held[places.groups[at] ?? 0] !== 1) continue
      bounds[count * 2] = places.froms[at] ?? 0
      bounds[count * 2 + 1] = places.tos[at] ?? 0
      count++
    }
    return runsOf(bounds, count)
  }
  const groupAt = (index: number): Group | undefined => {
    const at = lastAtMost(places.froms, index)
    const isThere = at >= 0 && index < (places.tos[at] ?? 0) && Runs.has(space.all, index)
    return isThere ? groups[places.groups[at] ?? 0] : undefined
  }
  /** Made at the first look, since few standings are looked at by group. */
  let together: ReadonlyArray<MadeTogether> | undefined
  return {
    made: where(({ madeAt }) => madeAt !== undefined),
    failed: where(({ failedAt }) => failedAt !== undefined),
    late: where(({ isLate }) => isLate),
    orphaned,
    codeOf: (index) => groupAt(index)?.code,
    madeAt: (index) => groupAt(index)?.madeAt,
    groups: {
      [Symbol.iterator]: () => {
        together ??= madeTogether(groups, places, runsOf)
        return together[Symbol.iterator]()
      }
    }
  }
}

const madeTogether = (
  groups: ReadonlyArray<Group>,
  { count, froms, groups: numbers, tos }: Places,
  runsOf: (bounds: Uint32Array, count: number) => Runs.Runs
): ReadonlyArray<MadeTogether> => {
  const together = new Map<string, { readonly at: number; readonly code: string; bounds: Uint32Array; count: number }>()
  const byGroup = groups.map(({ code, madeAt }) => {
    if (madeAt === undefined || code === undefined) return undefined
    const id = `${madeAt} ${code}`
    const known = together.get(id) ?? { at: madeAt, code, bounds: new Uint32Array(0), count: 0 }
    together.set(id, known)
    return known
  })
  for (let at = 0; at < count; at++) {
    const one = byGroup[numbers[at] ?? 0]
    if (one !== undefined) one.count++
  }
  for (const one of together.values()) {
    one.bounds = new Uint32Array(one.count * 2)
    one.count = 0
  }
  for (let at = 0; at < count; at++) {
    const one = byGroup[numbers[at] ?? 0]
    if (one === undefined) continue
    one.bounds[one.count * 2] = froms[at] ?? 0
    one.bounds[one.count * 2 + 1] = tos[at] ?? 0
    one.count++
  }
  return [...together.values()].flatMap(({ at, bounds, code, count: ranges }) => {
    const runs = runsOf(bounds, ranges)
    return Runs.isEmpty(runs) ? [] : [{ runs, at, code }]
  })
}
