import { createHash } from "node:crypto"
import * as CanaryIds from "@sluice/assets/canary/CanaryIds"
import { expect, it } from "vitest"

const values = Array.from({ length: 60 }, (_, i) => `canary ${(i * 7) % 61}`)
const sha1 = (value: string) => createHash("sha1").update(value).digest("hex")
const inOrder = [...values].sort((a, b) => (sha1(a) < sha1(b) ? -1 : 1)).map((value, i) => ({ id: i + 1, value }))
const mask = { table: "sensitive_city_ids", kind: "city" }

it("an order that mask ids follow is a find, with the table and the order and no value", () => {
  expect(CanaryIds.compare([{ ...mask, rows: inOrder }])).toEqual({
    searched: { place: "order of mask ids", items: 1, bytes: expect.any(Number), atHome: 0, finds: 1 },
    finds: [
      { place: "order of mask ids", where: "sensitive_city_ids", field: "city", form: "in the order of sha1", times: 60 }
    ],
    problems: []
  })
})

it("too few ids show nothing, and that is a problem", () => {
  const { finds, problems } = CanaryIds.compare([{ ...mask, rows: inOrder.slice(0, 40) }])
  expect([finds, problems]).toEqual([
    [],
    ["There are too few ids in sensitive_city_ids to tell whether they follow an order."]
  ])
})
