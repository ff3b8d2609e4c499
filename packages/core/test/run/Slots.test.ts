import * as Slots from "@sluice/core/run/Slots"
import * as FastCheck from "effect/FastCheck"
import { expect, it } from "vitest"

/** Who takes a place or gives one back, at random, by number; a number that is in comes out or leaves the line. */
const moves = FastCheck.array(FastCheck.nat(9), { maxLength: 60 })

it("never more are in than there are places, none stays empty while somebody waits, and they come in as they asked", () => {
  FastCheck.assert(
    FastCheck.property(FastCheck.integer({ min: 1, max: 4 }), moves, (limit, who) => {
      const slots = Slots.make(limit)
      const leaving = new Map<number, () => void>()
      const entered: Array<number> = []
      const expected: Array<number> = []
      let inside: Array<number> = []
      let line: Array<number> = []
      for (const one of who) {
        const leave = leaving.get(one)
        if (leave === undefined) {
          line.push(one)
          leaving.set(
            one,
            slots.take(() => entered.push(one))
          )
        } else {
          leave()
          leave()
          leaving.delete(one)
          inside = inside.filter((other) => other !== one)
          line = line.filter((other) => other !== one)
        }
        const next = line.splice(0, limit - inside.length)
        inside.push(...next)
        expected.push(...next)
        expect(entered).toEqual(expected)
      }
    })
  )
})

it("whoever needs two places takes the second when the first is had, and gives back both", () => {
  const [pool, all] = [Slots.make(1), Slots.make(2)]
  const entered: Array<string> = []
  const enter = (name: string, ...places: ReadonlyArray<Slots.Slots>) => Slots.takeAll(places, () => entered.push(name))
  const leaveA = enter("a", pool, all)
  const leaveB = enter("b", pool, all)
  enter("c", all)
  enter("d", all)
  expect(entered).toEqual(["a", "c"])
  leaveB()
  leaveA()
  enter("e", pool, all)
  expect(entered).toEqual(["a", "c", "d"])
})
