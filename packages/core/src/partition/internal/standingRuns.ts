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
  const { orphaned, places } = isReadable ? locate(space, self) : { orphaned: new Map(self.cells), places: noPlaces }
  const unit = Signature.unitOf(self.signature)
  const cells = [...orphaned].map(([cell, { bounds }]) => [cell, unit === "none" ? [] : [...bounds]] as const)
  return current(space, self.groups, places, { unit, cells: Object.fromEntries(cells) })
}

/** Indices `[from, to)` of one group each, ascending. */
interface Places {
  readonly froms: Array<number>
  readonly tos: Array<number>
  readonly groups: Array<number>
}

const noPlaces: Places = { froms: [], tos: [], groups: [] }

/** Where the partitions of a standing lie in a space, and those that it does not have. */
const locate = (space: Space, { cells }: Standing) => {
  const layout = storedCells.layoutOf(space)
  const { length, lineOf, windows } = layout
  const orphaned = new Map<string, Pick<Segments, "bounds">>()
  const lines: Array<readonly [line: number, cell: string, segments: Segments]> = []
  for (const [cell, segments] of cells) {
    const line = lineOf(cell)
    if (Either.isRight(line)) lines.push([line.right, cell, segments])
    else orphaned.set(cell, segments)
  }
  const places: Places = { froms: [], tos: [], groups: [] }
  const add = (from: number, to: number, group: number) => {
    if (from >= to) return
    places.froms.push(from)
    places.tos.push(to)
    places.groups.push(group)
  }
  for (const [line, cell, { bounds, groups }] of lines.sort(([a], [b]) => a - b)) {
    if (windows === undefined) {
      add(line, line + 1, groups[0] ?? 0)
      continue
    }
    const base = line * length
    const located = storedCells.locate(layout, windows, bounds)
    for (let at = 0; at < groups.length; at++) {
      add(base + (located.froms[at] ?? 0), base + (located.tos[at] ?? 0), groups[at] ?? 0)
    }
    if (located.orphaned.length > 0) orphaned.set(cell, { bounds: new Float64Array(located.orphaned) })
  }
  return { places, orphaned }
}

const current = (space: Space, groups: ReadonlyArray<Group>, places: Places, orphaned: Stored): Current => {
  const runsOf = (bounds: ReadonlyArray<number>) => Runs.intersect(Runs.fromBounds(space.size, bounds), space.all)
  const where = (holds: (group: Group) => boolean) => {
    const held = groups.map(holds)
    const bounds: Array<number> = []
    for (let at = 0; at < places.groups.length; at++) {
      if (held[places.groups[at] ?? 0] === true) bounds.push(places.froms[at] ?? 0, places.tos[at] ?? 0)
    }
    return runsOf(bounds)
  }
  const groupAt = (index: number): Group | undefined => {
    const at = lastAtMost(places.froms, index)
    const isThere = index < (places.tos[at] ?? 0) && Runs.has(space.all, index)
    return isThere ? groups[places.groups[at] ?? 0] : undefined
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
  places: Places,
  runsOf: (bounds: ReadonlyArray<number>) => Runs.Runs
): Generator<MadeTogether> {
  const together = new Map<string, { readonly at: number; readonly code: string; readonly bounds: Array<number> }>()
  const byGroup = groups.map(({ code, madeAt }) => {
    if (madeAt === undefined || code === undefined) return undefined
    const id = `${madeAt} ${code}`
    const known = together.get(id) ?? { at: madeAt, code, bounds: [] }
    together.set(id, known)
    return known
  })
  places.groups.forEach((group, at) => {
    byGroup[group]?.bounds.push(places.froms[at] ?? 0, places.tos[at] ?? 0)
  })
  for (const { at, bounds, code } of together.values()) {
    const runs = runsOf(bounds)
    if (!Runs.isEmpty(runs)) yield { runs, at, code }
  }
}
