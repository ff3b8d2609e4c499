import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as BlockCompression from "../../src/wiring/BlockCompression.ts"

const rows = Array.from({ length: 5_000 }, (_, i) => `${i} 2024-03-01T10:30:00.000Z Zürich 🙂`)

it.scoped("spilled rows take a third of their room at most, and come back the same", () =>
  Effect.gen(function* () {
    const written: Array<number> = []
    const given: Array<number> = []
    const counting = {
      pack: async (bytes: Uint8Array) => {
        const packed = await BlockCompression.brotli.pack(bytes)
        given.push(bytes.length)
        written.push(packed.length)
        return packed
      },
      unpack: BlockCompression.brotli.unpack
    }
    const spilling = Layer.provide(Spill.layer({ rowsInMemory: 0, compression: counting }), NodeFileSystem.layer)
    const pages = Dataset.chunks(Dataset.fromArray(rows, 1_000))
    const dataset = yield* Effect.provide(Dataset.collect(pages, RowCodec.make(Schema.String)), spilling)
    expect(yield* Dataset.toArray(dataset)).toStrictEqual(rows)
    const sum = (sizes: ReadonlyArray<number>) => sizes.reduce((total, size) => total + size, 0)
    expect([given.length, sum(written) * 3 < sum(given)]).toStrictEqual([5, true])
  })
)
