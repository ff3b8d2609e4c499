import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { accepted } from "../internal/accepted.ts"
import type { KnownFields } from "../privacy/classification.ts"
import { isRefusal, type Reader } from "./Reader.ts"

/** Why a row cannot be decoded: the path of the field and what is wrong there. Never a value, never a name from the data. */
export interface Rejection {
  readonly field: string
  readonly reason: string
}

/** Decodes rows of one source. */
export interface Decoder<out A> {
  readonly decode: (row: unknown) => Either.Either<A, Rejection>
  /** The fields that rows are known to have; others are counted and left alone. */
  readonly known: KnownFields
}

/** A field that a reader reads. One that is absent is read as `undefined`. */
export const field = <A>(read: Reader<A>): Schema.Schema<A, unknown> =>
  Schema.transformOrFail(Schema.Unknown, accepted<A>(), {
    strict: true,
    decode: (input, _options, ast) => {
      const value = read(input)
      return isRefusal(value) ? ParseResult.fail(new ParseResult.Type(ast, undefined, value.reason)) : Either.right(value)
    },
    encode: (_value, _options, ast) => ParseResult.fail(new ParseResult.Forbidden(ast, undefined, "is read only"))
  })

/**
 * A decoder from a schema and a plain function on what the schema yields. The schema is compiled once. Its issues quote the
 * value, so none of them leaves this module.
 */
export const make = <Source, I, A>(
  schema: Schema.Schema<Source, I>,
  known: KnownFields,
  build: (source: Source) => A
): Decoder<A> => {
  const parse = ParseResult.decodeUnknownEither(schema, { exact: false })
  return {
    known,
    decode: (row) => {
      const parsed = parse(row)
      return Either.isRight(parsed) ? Either.right(build(parsed.right)) : Either.left(rejectionOf(parsed.left))
    }
  }
}

/** Walks down to the first thing that is wrong. Paths are made of names that the schema declares, and of list indices. */
export const rejectionOf = (issue: ParseResult.ParseIssue): Rejection => {
  const path: Array<string> = []
  let current = issue
  for (;;) {
    switch (current._tag) {
      case "Pointer":
        path.push(...[current.path].flat().map(String))
        current = current.issue
        break
      case "Composite":
        current = "_tag" in current.issues ? current.issues : current.issues[0]
        break
      case "Transformation":
      case "Refinement":
        current = current.issue
        break
      case "Missing":
        return { field: path.join("."), reason: "is missing" }
      case "Type":
        return { field: path.join("."), reason: current.message ?? shapeOf(current.ast._tag) }
      case "Unexpected":
      case "Forbidden":
        return { field: path.join("."), reason: "is not allowed" }
    }
  }
}

const shapeOf = (expected: string): string => {
  switch (expected) {
    case "TypeLiteral":
      return "is not an object"
    case "TupleType":
      return "is not a list"
    default:
      return "has the wrong type"
  }
}
