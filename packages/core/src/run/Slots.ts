/** Places for what runs: so many at once, and a line for the rest. O(1) for each who takes one, however long the line is. */
export interface Slots {
  /**
   * Takes a place, and calls `taken` when it is had: at once, or in the order of asking. Answers what gives it back, or leaves
   * the line; calling that again does nothing.
   */
  readonly take: (taken: () => void) => () => void
}

export const make = (limit: number): Slots => {
  let free = limit
  const line = new Set<() => void>()
  const admit = () => {
    for (const enter of line) {
      if (free === 0) return
      line.delete(enter)
      enter()
    }
  }
  return {
    take: (taken) => {
      let held = false
      const enter = () => {
        free--
        held = true
        taken()
      }
      if (free > 0) enter()
      else line.add(enter)
      return () => {
        line.delete(enter)
        if (!held) return
        held = false
        free++
        admit()
      }
    }
  }
}

/** Takes a place of each, one after the other: whoever waits for one has those before it, and none of those after it. */
export const takeAll = ([first, ...others]: ReadonlyArray<Slots>, taken: () => void): (() => void) => {
  if (first === undefined) {
    taken()
    return () => {}
  }
  let leaveOthers = () => {}
  const leave = first.take(() => {
    leaveOthers = takeAll(others, taken)
  })
  return () => {
    leaveOthers()
    leave()
  }
}
