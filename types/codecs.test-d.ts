/** Rows that a dataset cannot keep must not compile. Each `@ts-expect-error` is an assertion, as in refusals.test-d.ts. */
import * as RowCodec from "@sluice/core/data/RowCodec"
import * as Schema from "effect/Schema"

interface Tree {
  readonly name: string
  readonly at: Date | null
  readonly children: ReadonlyArray<Tree>
}
export const tree: RowCodec.RowCodec<Tree> = RowCodec.make(
  Schema.Struct({
    name: Schema.String,
    at: Schema.NullOr(Schema.DateFromSelf),
    children: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Schema.Any))
  })
)
RowCodec.make(Schema.Struct({ id: Schema.String.pipe(Schema.brand("OrderId")), amount: Schema.BigIntFromSelf }))
// Rows are kept as they are in memory: of a schema that decodes, what it decodes to.
export const decoded: RowCodec.RowCodec<{ readonly at: Date }> = RowCodec.make(Schema.Struct({ at: Schema.Date }))

// @ts-expect-error a map is no row
RowCodec.make(Schema.Struct({ names: Schema.MapFromSelf({ key: Schema.String, value: Schema.String }) }))
// @ts-expect-error nor is a set, in a list
RowCodec.make(Schema.Struct({ all: Schema.Array(Schema.SetFromSelf(Schema.String)) }))
// @ts-expect-error bytes are not kept
RowCodec.make(Schema.Struct({ image: Schema.Uint8ArrayFromSelf }))
// @ts-expect-error an Option has methods
RowCodec.make(Schema.Struct({ note: Schema.OptionFromSelf(Schema.String) }))
// @ts-expect-error a symbol is not kept
RowCodec.make(Schema.Struct({ key: Schema.optional(Schema.SymbolFromSelf) }))
// @ts-expect-error what may be anything may be one of these
RowCodec.make(Schema.Any)
