import { Pii } from "@sluice/pii"
import * as Schema from "effect/Schema"
import { kindAnnotation } from "./internal/kindAnnotation.ts"

export { Pii }

/**
 * The schema of a personal value of a kind, for `RowCodec.make`. It has no encoded form: the value stays wrapped.
 *
 * ```ts
 * const Customer = Schema.Struct({ id: Schema.String, city: Schema.NullOr(schema("city")) })
 * ```
 */
export const schema = <const K extends string>(kind: K): Schema.Schema<Pii<K>> =>
  Schema.declare((value): value is Pii<K> => value instanceof Pii && value.kind === kind, {
    identifier: `Pii<${kind}>`,
    [kindAnnotation]: kind
  })
