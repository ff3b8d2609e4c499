import { Spill } from "@sluice/core/data/Spill"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import type { SourceError } from "@sluice/rest-source/source/SourceError"
import { TestWarehouse } from "@sluice/warehouse/testing/TestWarehouse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Message from "../../src/domain/Message.ts"
import * as User from "../../src/domain/User.ts"
import { SparkApi } from "../../src/SparkApi.ts"

/** The services of one test, and its writes: rows by table, or by the quarantine's source. */
export const make = Effect.map(Layer.build(Layer.merge(TestWarehouse.layer, Spill.layerMemory)), (context) => ({
  layer: Layer.succeedContext(context),
  written: (kind: "table" | "quarantine") =>
    Effect.map(
      Context.get(context, TestWarehouse).writes,
      (writes) => new Map(writes.flatMap((write) => (write.kind === kind ? [[write.relation, write.rows] as const] : [])))
    )
}))

/** An API that returns these pages, or fails. */
export const sparkApi = (answers: {
  readonly users?: ReadonlyArray<ReadonlyArray<unknown>> | SourceError
  readonly messages?: ReadonlyArray<ReadonlyArray<unknown>> | SourceError
}): Layer.Layer<SparkApi> => {
  const { users = [], messages = [] } = answers
  return Layer.succeed(SparkApi, {
    users: {
      pages: "_tag" in users ? Stream.fail(users) : pagesOf(users, (rows, at) => DecodedRows.decode(User.decoder, rows, at)),
      since: () => Stream.fail("NotComparable")
    },
    messages: {
      pages:
        "_tag" in messages
          ? Stream.fail(messages)
          : pagesOf(messages, (rows, at) => DecodedRows.decode(Message.decoder, rows, at)),
      since: () => Stream.fail("NotComparable")
    }
  })
}

const pagesOf = <A>(
  pages: ReadonlyArray<ReadonlyArray<unknown>>,
  decode: (rows: ReadonlyArray<unknown>, firstOrdinal: number) => DecodedRows.DecodedRows<A>
) => Stream.mapAccum(Stream.fromIterable(pages), 0, (ordinal, rows) => [ordinal + rows.length, decode(rows, ordinal)])
