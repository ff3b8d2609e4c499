import type { FieldTree } from "./FieldTree.ts"

/** Why a row cannot be decoded: the path of the field and what is wrong there. Never a value, never a name from the data. */
export class Rejection {
  readonly field: string
  readonly reason: string

  constructor(field: string, reason: string) {
    this.field = field
    this.reason = reason
  }
}

/** Decodes rows of one source. It is called for every row: plain functions and nothing between them. */
export interface Decoder<out A> {
  readonly decode: (row: unknown) => A | Rejection
  /** The id of a row that cannot be decoded, if it has a well-formed one. */
  readonly idOf: (row: unknown) => string | null
  /** The fields that rows are known to have; others are counted and left alone. */
  readonly known: FieldTree
}

export const isRejection = (result: unknown): result is Rejection => result instanceof Rejection

/** Whether this is an object with fields: `Fields` are those that may be read of it, each of them yet to be looked at. */
export const isObject = <Fields extends string>(value: unknown): value is { readonly [K in Fields]?: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)
