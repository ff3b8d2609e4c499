/**
 * The cost of masking without the store: distinct values are collected from a dataset of wrapped ones and given ids, and every
 * value is looked up. The floor gives the same texts ids by a plain Map, without wrapping.
 */
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as Effect from "effect/Effect"
import { flag, inTurn, report } from "./harness.ts"

const count = flag("values", 1_000_000, 20_000)
const distinct = flag("distinct", 50_000, 1_000)
const runs = flag("runs", 5, 1)

/** Each value is a separate string, as from JSON. */
const texts = Array.from({ length: count }, (_, i) => `City ${(i * 7_919) % distinct} on the river`)
const values = texts.map((text) => Pii.make("city", text))
const dataset = Dataset.fromArray(values)

const plainMap = () => {
  const ids = new Map<string, number>()
  let sum = 0
  for (const text of texts) {
    const known = ids.get(text)
    if (known === undefined) ids.set(text, ids.size + 1)
    sum += known ?? ids.size
  }
  return sum
}

const lookUpAll = (map: MaskMap.MaskMap<"city">) => {
  let sum = 0
  for (const value of values) sum += map.get(value) ?? 0
  return sum
}

const inProcess = () =>
  Effect.runPromise(
    Effect.map(
      Dataset.reduceChunks(dataset, MaskMap.ids(), (ids, rows) => {
        for (const value of rows) if (!ids.has(value)) ids.set(value, ids.size() + 1)
        return ids
      }),
      (ids) => lookUpAll(ids.toMap("city"))
    )
  )

const [floor = 0, masked = 0] = await inTurn(runs, plainMap, inProcess)
report(
  "masking",
  `${count.toLocaleString("en")} values, ${distinct.toLocaleString("en")} distinct, medians of ${runs} runs`,
  [
    {
      what: "collect distinct values and look all up",
      unit: "ms",
      value: masked,
      floor: { what: "a plain Map", value: floor }
    }
  ]
)
