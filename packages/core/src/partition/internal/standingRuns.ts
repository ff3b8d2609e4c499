import * as Either from "effect/Either"
import * as Signature from "../Signature.ts"
import type { Space } from "../Space.ts"
import * as Stored from "../Stored.ts"
import { lastAtMost } from "./lastAtMost.ts"
import * as Runs from "./Runs.ts"
import type { Current, Group, MadeTogether, Standing } from "./standingModel.ts"
import * as storedCells from "./storedCells.ts"

/** A standing by the indices of a space. */
export const at = (space: Space, self: Standing): Current => {
  const stored = asStored(self)
  if (Signature.differences(self.signature, Signature.of(space)).length > 0) return current(space, self, [], stored)
  return current(space, self, placesIn(space, self), Stored.toRuns(space, stored).orphaned)
}

/** Indices `[from, to)` of one group. */
interface Place {
  readonly from: number
  readonly to: number
  readonly group: number
}

/** All partitions with a standing. */
const asStored = ({ cells, signature }: Standing): Stored.Stored => {
  const unit = Signature.unitOf(signature)
  return {
    unit,
    cells: Object.fromEntries([...cells].map(([cell, { bounds }]) => [cell, unit === "none" ? [] : [...bounds]]))
  }
}

/** Where the partitions of a standing lie in a space, ascending. */
const placesIn = (space: Space, { cells }: Standing): ReadonlyArray<Place> => {
  const { length, lineOf, windows } = storedCells.layoutOf(space)
  const places: Array<Place> = []
  for (const [cell, { bounds, groups }] of cells) {
    const line = lineOf(cell)
    if (Either.isLeft(line)) continue
    const base = line.right * length
    groups.forEach((group, at) => {
      const [first = 0, last = 0] = [bounds[at * 2], bounds[at * 2 + 1]]
      const from = windows === undefined ? 0 : Math.max(0, windows.indexFrom(first))
      const to = windows === undefined ? 1 : Math.min(length, windows.indexFrom(last + 1))
      if (from < to) places.push({ from: base + from, to: base + to, group })
    })
  }
  return places.sort((a, b) => a.from - b.from)
}

const current = (space: Space, { groups }: Standing, places: ReadonlyArray<Place>, orphaned: Stored.Stored): Current => {
  const froms = Float64Array.from(places, ({ from }) => from)
  const runsOf = (of: ReadonlyArray<Place>) =>
    Runs.intersect(
      Runs.fromRanges(
        space.size,
        of.map(({ from, to }) => [from, to] as const)
      ),
      space.all
    )
  const where = (holds: (group: Group) => boolean) => {
    const held = groups.map(holds)
    return runsOf(places.filter(({ group }) => held[group]))
  }
  const groupAt = (index: number): Group | undefined => {
    const place = places[lastAtMost(froms, index)]
    return place !== undefined && index < place.to && Runs.has(space.all, index) ? groups[place.group] : undefined
  }
  return {
    made: where(({ madeAt }) => madeAt !== undefined),
    failed: where(({ failedAt }) => failedAt !== undefined),
    late: where(({ isLate }) => isLate),
    orphaned,
    codeOf: (index) => groupAt(index)?.code,
    madeAt: (index) => groupAt(index)?.madeAt,
    groups: { [Symbol.iterator]: () => madeTogether(groups, places, runsOf) }
  }
}

function* madeTogether(
  groups: ReadonlyArray<Group>,
  places: ReadonlyArray<Place>,
  runsOf: (places: ReadonlyArray<Place>) => Runs.Runs
): Generator<MadeTogether> {
  const together = new Map<string, { readonly at: number; readonly code: string; readonly places: Array<Place> }>()
  const byGroup = groups.map(({ code, madeAt }) => {
    if (madeAt === undefined || code === undefined) return undefined
    const id = `${madeAt} ${code}`
    const known = together.get(id) ?? { at: madeAt, code, places: [] }
    together.set(id, known)
    return known
  })
  for (const place of places) byGroup[place.group]?.places.push(place)
  for (const { at, code, places } of together.values()) {
    const runs = runsOf(places)
    if (!Runs.isEmpty(runs)) yield { runs, at, code }
  }
}
