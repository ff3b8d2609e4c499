import { Pii } from "@sluice/pii"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { kindAnnotation } from "./internal/kindAnnotation.ts"

export { Pii }

/**
 * The schema of a personal value of a kind, for `RowCodec.make`. It has no encoded form: the value stays wrapped.
 *
 * ```ts
 * const Customer = Schema.Struct({ id: Schema.String, city: Schema.NullOr(Pii.schema("city")) })
 * ```
 */
export const schema = <const K extends string>(kind: K): Schema.Schema<Pii<K>> =>
  Schema.declare((value): value is Pii<K> => value instanceof Pii && value.kind === kind, {
    identifier: `Pii<${kind}>`,
    [kindAnnotation]: kind
  })

/**
 * The schema of text that is a personal value of a kind. Decoding wraps the text. Encoding fails, since it would reveal the
 * value.
 *
 * ```ts
 * const Customer = Schema.Struct({ id: Schema.String, city: Schema.NullOr(Pii.fromText("city")) })
 * ```
 */
export const fromText = <const K extends string>(kind: K): Schema.Schema<Pii<K>, string> =>
  Schema.transformOrFail(Schema.String, schema(kind), {
    strict: true,
    decode: (text) => ParseResult.succeed(Pii.make(kind, text)),
    encode: (value, _, ast) => ParseResult.fail(new ParseResult.Forbidden(ast, value, "personal values are not encoded"))
  })
