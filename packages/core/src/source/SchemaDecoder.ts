import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import * as SchemaAst from "effect/SchemaAST"
import { loneSurrogate } from "../data/internal/loneSurrogate.ts"
import { type Decoder, isObject, Rejection } from "./Decoder.ts"
import type { FieldTree } from "./FieldTree.ts"

/**
 * Decodes rows by a schema, and ignores fields that the schema does not declare. `idField` is the name of the row's id in the
 * source.
 */
export const make = <A, I>(schema: Schema.Schema<A, I>, idField: string): Decoder<A> => {
  const decode = ParseResult.decodeUnknownEither(schema)
  const fields = fieldsOf(SchemaAst.encodedAST(schema.ast))
  return {
    known: fields ?? new Map(),
    idOf: (row) => idOf(isObject<string>(row) ? row[idField] : undefined),
    decode: (row) => {
      const decoded = decode(row)
      if (Either.isLeft(decoded)) return rejectionOf(decoded.left)
      const field = fieldOfLoneSurrogate(row, fields)
      return field === undefined ? decoded.right : new Rejection(field, "holds half of a surrogate pair")
    }
  }
}

/**
 * Returns the first declared field whose text is not Unicode. JSON can spell such a text (`"\ud800"`), and no database can keep
 * it. The names inside a field without declared fields are data, so the field itself is returned.
 */
const fieldOfLoneSurrogate = (value: unknown, fields: FieldTree | undefined, path = ""): string | undefined => {
  if (fields === undefined) return hasLoneSurrogate(value) ? path : undefined
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      const found = fieldOfLoneSurrogate(element, fields, below(path, String(index)))
      if (found !== undefined) return found
    }
  } else if (isObject<string>(value)) {
    for (const [name, inner] of fields) {
      const found = Object.hasOwn(value, name) ? fieldOfLoneSurrogate(value[name], inner, below(path, name)) : undefined
      if (found !== undefined) return found
    }
  } else if (hasLoneSurrogate(value)) return path
  return undefined
}

const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`)

/** A loop, because data may be nested deeper than calls can be. */
const hasLoneSurrogate = (value: unknown): boolean => {
  if (typeof value === "string") return loneSurrogate.test(value)
  if (typeof value !== "object") return false
  const left: Array<unknown> = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === "string" && loneSurrogate.test(next)) return true
    if (typeof next !== "object" || next === null) continue
    for (const [name, inner] of Object.entries(next)) left.push(name, inner)
  }
  return false
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
