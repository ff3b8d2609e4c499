import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import * as SchemaAst from "effect/SchemaAST"
import { type Decoder, isObject, Rejection } from "./Decoder.ts"
import type { FieldTree } from "./FieldTree.ts"

/**
 * Decodes rows by a schema, and ignores fields that the schema does not declare. `idField` is the name of the row's id in the
 * source.
 */
export const make = <A, I>(schema: Schema.Schema<A, I>, idField: string): Decoder<A> => {
  const decode = ParseResult.decodeUnknownEither(schema)
  return {
    known: fieldsOf(SchemaAst.encodedAST(schema.ast)) ?? new Map(),
    idOf: (row) => idOf(isObject<string>(row) ? row[idField] : undefined),
    decode: (row) => Either.getOrElse(decode(row), rejectionOf)
  }
}

const idOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= longestId
    ? value
    : Number.isSafeInteger(value)
      ? String(value)
      : null

const longestId = 255

/** The fields that a schema declares, and the fields inside each. A recursive schema is entered once. */
const fieldsOf = (ast: SchemaAst.AST, around: ReadonlyArray<SchemaAst.AST> = []): FieldTree | undefined => {
  if (around.includes(ast)) return undefined
  const inner = [...around, ast]
  switch (ast._tag) {
    case "TypeLiteral":
      return new Map(ast.propertySignatures.map(({ name, type }) => [String(name), fieldsOf(type, inner)]))
    case "TupleType": {
      const [first] = [...ast.elements, ...ast.rest]
      return first === undefined ? undefined : fieldsOf(first.type, inner)
    }
    case "Union": {
      const members = ast.types.flatMap((type) => [...(fieldsOf(type, inner) ?? [])])
      return members.length === 0 ? undefined : new Map(members)
    }
    case "Suspend":
      return fieldsOf(ast.f(), inner)
    case "Refinement":
      return fieldsOf(ast.from, inner)
    default:
      return undefined
  }
}

/** Describes a fault without its value: the path of declared names and list positions, and the reason. */
const rejectionOf = (issue: ParseResult.ParseIssue): Rejection => {
  const path: Array<string> = []
  let at = issue
  while (true) {
    switch (at._tag) {
      case "Pointer": {
        path.push(...[at.path].flat().map(String))
        at = at.issue
        break
      }
      case "Composite": {
        const [first] = [at.issues].flat()
        if (first === undefined) return new Rejection(path.join("."), "is not as it is declared")
        if (first._tag === "Pointer" && !isDeclared(at.ast, first.path))
          return new Rejection(path.join("."), "has a wrong value")
        at = first
        break
      }
      case "Refinement":
      case "Transformation":
        at = at.issue
        break
      case "Missing":
        return new Rejection(path.join("."), "is missing")
      default:
        return new Rejection(path.join("."), at._tag === "Type" ? wrong(at.ast) : "is not as it is declared")
    }
  }
}

/** An identifier is the author's name of the type. */
const wrong = (ast: SchemaAst.AST): string => {
  const identifier = SchemaAst.getIdentifierAnnotation(ast)
  return kinds[ast._tag] ?? (Option.isSome(identifier) ? `is not ${identifier.value}` : "is not as it is declared")
}

const kinds: { readonly [Tag in SchemaAst.AST["_tag"]]?: string } = {
  BooleanKeyword: "is neither true nor false",
  NumberKeyword: "is not a number",
  StringKeyword: "is not text",
  TupleType: "is not a list",
  TypeLiteral: "is not an object"
}

/** Keys of a record are data, so they are not declared names. */
const isDeclared = (ast: SchemaAst.AST, path: ParseResult.Path): boolean => {
  const [name] = [path].flat()
  return ast._tag !== "TypeLiteral" || ast.propertySignatures.some((property) => property.name === name)
}
