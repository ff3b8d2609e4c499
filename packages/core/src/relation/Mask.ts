import * as Column from "./Column.ts"
import * as RelationName from "./RelationName.ts"
import * as Table from "./Table.ts"

/**
 * A table that maps mask ids to the values of one kind of personal data. Ids are random, and runs never change them. Besides
 * its columns, an adapter stores a unique hash of each value's exact bytes.
 */
export interface Mask<out Name extends string, in out K extends string>
  extends Table.Table<Name, Table.Columns, "sensitive"> {
  readonly kind: K
  /** The name of the column with the value. */
  readonly valueColumn: string
}

export type Any = Omit<Mask<string, never>, "kind"> & {
  readonly kind: string
}

/** Declares a mask. Throws `RelationNameInvalid` if the name is not lower-case letters, digits and `_`. */
export const make = <const Name extends string, const K extends string>(
  name: Name,
  options: {
    readonly kind: K
    readonly column: string
    readonly description: string
  }
): Mask<Name, K> => ({
  ...Table.make(RelationName.checked("mask", name), {
    description: options.description,
    columns: { id: Column.maskId(options.kind), [options.column]: Column.pii(options.kind) },
    primaryKey: ["id"]
  }),
  visibility: "sensitive",
  kind: options.kind,
  valueColumn: options.column
})
