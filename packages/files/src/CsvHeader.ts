import { fieldName } from "@sluice/core/source/UnknownFields"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as SchemaAst from "effect/SchemaAST"
import { FileHeaderInvalid } from "./FileInvalid.ts"

/** A column that a schema declares. */
export interface Column {
  readonly name: string
  readonly isOptional: boolean
  readonly isNullable: boolean
}

/** The column of each cell of a row, in order. Undefined for a skipped cell. */
export type Header = ReadonlyArray<Column | undefined>

/** Returns the columns of a schema, by its encoded side. */
export const columnsOf = <A, I>(item: Schema.Schema<A, I>): ReadonlyArray<Column> =>
  SchemaAst.getPropertySignatures(SchemaAst.encodedAST(item.ast)).map(({ isOptional, name, type }) => ({
    name: String(name),
    isOptional,
    isNullable: acceptsNull(type)
  }))

const acceptsNull = (ast: SchemaAst.AST): boolean =>
  ast._tag === "Union" ? ast.types.some(acceptsNull) : ast._tag === "Literal" && ast.literal === null

/** Compares the first line with the declared columns. Reports all problems at once. */
export const check = (
  path: string,
  names: ReadonlyArray<string>,
  columns: ReadonlyArray<Column>,
  skip: ReadonlyArray<string>
): Effect.Effect<Header, FileHeaderInvalid> => {
  const declared = new Map(columns.map((column) => [column.name, column]))
  const missing = columns.filter(({ isOptional, name }) => !isOptional && !names.includes(name)).map(({ name }) => name)
  // If the line names no declared column, it is no header, and its text may be data.
  const isHeader = names.some((name) => declared.has(name))
  const known = (name: string) => declared.has(name) || skip.includes(name)
  const shown = (name: string) => (fieldName.test(name) ? name : "(other)")
  const unknown = isHeader ? names.filter((name) => !known(name)).map(shown) : []
  const repeated = names.filter((name, at) => declared.has(name) && names.indexOf(name) !== at)
  return missing.length + unknown.length + repeated.length === 0
    ? Effect.succeed(names.map((name) => (skip.includes(name) ? undefined : declared.get(name))))
    : new FileHeaderInvalid({ path, missing, unknown: [...new Set(unknown)], repeated: [...new Set(repeated)] })
}
