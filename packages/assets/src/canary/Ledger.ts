import type { Sighting } from "./Canaries.ts"
import type { Finder } from "./Finder.ts"

/** A forbidden find: the field of the value, its place and form, and the number of occurrences. */
export interface Find {
  readonly place: string
  /** The table, the file by its name, or the scenario whose output it is. Never a path of this machine. */
  readonly where: string
  readonly field: string
  readonly form: string
  readonly times: number
}

/** The bytes searched at one place. */
export interface Searched {
  readonly place: string
  readonly items: number
  readonly bytes: number
  /** Masked values in their own mask tables. A number above zero shows that the search works. */
  readonly atHome: number
  readonly finds: number
}

/** Whether a masked value of that mask table may be here. */
export type MayHold = (home: string) => boolean

/** Records searches and finds. */
export interface Ledger {
  readonly look: (place: string, where: string, bytes: Uint8Array, mayHold?: MayHold) => void
  /** The same for a text in blocks. */
  readonly lookAtBlocks: (place: string, where: string, blocks: Iterable<Uint8Array>, mayHold?: MayHold) => void
  readonly searched: () => ReadonlyArray<Searched>
  readonly finds: () => ReadonlyArray<Find>
}

/** A ledger that records all searches as one place. No masked value may be there, so its `mayHold` is ignored. */
export const within = (ledger: Ledger, place: string): Ledger => ({
  ...ledger,
  look: (inner, where, bytes) => ledger.look(place, `${inner}: ${where}`, bytes),
  lookAtBlocks: (inner, where, blocks) => ledger.lookAtBlocks(place, `${inner}: ${where}`, blocks)
})

/** An empty ledger. */
export const make = (finder: Finder<Sighting>): Ledger => {
  const places = new Map<string, Searched>()
  const finds = new Map<string, Find>()

  const note = (place: string, where: string, mayHold: MayHold, { field, form, home }: Sighting, times: number): boolean => {
    if (home !== undefined && isKept(form) && mayHold(home)) return true
    const key = JSON.stringify([place, where, field, form])
    finds.set(key, { place, where, field, form, times: (finds.get(key)?.times ?? 0) + times })
    return false
  }
  const lookAtBlocks: Ledger["lookAtBlocks"] = (place, where, blocks, mayHold = nowhere) => {
    let bytes = 0
    let atHome = 0
    let found = 0
    let tail: Uint8Array = Buffer.of()
    for (const block of blocks) {
      bytes += block.length
      const text = tail.length === 0 ? block : Buffer.concat([tail, block])
      for (const [needle, times] of finder.search(text, tail.length)) {
        if (note(place, where, mayHold, needle.of, times)) atHome += times
        else found += times
      }
      tail = text.slice(Math.max(0, text.length - finder.longest + 1))
    }
    const before = places.get(place) ?? { place, items: 0, bytes: 0, atHome: 0, finds: 0 }
    places.set(place, {
      place,
      items: before.items + 1,
      bytes: before.bytes + bytes,
      atHome: before.atHome + atHome,
      finds: before.finds + found
    })
  }
  return {
    look: (place, where, bytes, mayHold) => lookAtBlocks(place, where, [bytes], mayHold),
    lookAtBlocks,
    searched: () => [...places.values()],
    finds: () => [...finds.values()]
  }
}

/** A mask table holds a value as it is, and as its unique hash. */
const isKept = (form: string): boolean =>
  form === "as it is" || form === "its beginning" || form === "sha256" || form.startsWith("sha256, hex")

const nowhere: MayHold = () => false
