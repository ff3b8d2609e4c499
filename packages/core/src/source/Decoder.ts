import type { FieldTree } from "./FieldTree.ts"

/** Why a row cannot be decoded: the path of the field, and the reason. It never holds a value or a name from the data. */
export class Rejection {
  readonly field: string
  readonly reason: string

  constructor(field: string, reason: string) {
    this.field = field
    this.reason = reason
  }
}

/** Decodes rows of one source. Called for every row, so these are plain functions without Effect. */
export interface Decoder<out A> {
  readonly decode: (row: unknown) => A | Rejection
  /** Returns the id of a row that cannot be decoded, if it has a well-formed one. */
  readonly idOf: (row: unknown) => string | null
  /** The known fields of a row. Other fields are counted and not read. */
  readonly known: FieldTree
}

export const isRejection = (result: unknown): result is Rejection => result instanceof Rejection

/** Whether a value is an object. `Fields` are the fields that may be read of it; their values are unchecked. */
export const isObject = <Fields extends string>(value: unknown): value is { readonly [K in Fields]?: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)
