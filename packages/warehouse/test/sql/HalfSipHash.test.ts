import * as HalfSipHash from "@sluice/warehouse/sql/HalfSipHash"
import { expect, it } from "vitest"

it("answers the reference implementation's vectors: key 0…7, and messages of 0, 2, 4, 6 and 8 bytes that count up", () => {
  const hash = HalfSipHash.make(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7))
  const message = (bytes: number) =>
    Array.from({ length: bytes / 2 }, (_, i) => String.fromCharCode((2 * i) | ((2 * i + 1) << 8))).join("")
  const answers = [0, 2, 4, 6, 8].map((bytes) => {
    const answer = Buffer.alloc(4)
    answer.writeUInt32LE(hash(message(bytes)))
    return answer.toString("hex")
  })
  expect(answers).toEqual(["a9359f5b", "fa62a603", "2a6e4689", "5863fc23", "d0b8848f"])
})
