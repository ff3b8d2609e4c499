import type { Pii } from "../data/Pii.ts"
import type * as Column from "../relation/Column.ts"

/** Sensitive where one of the columns has a personal value, public where none has. */
export type VisibilityOf<C extends Readonly<Record<string, Column.Any>>> = [
  Extract<Column.Value<C[keyof C]>, Pii<string>>
] extends [never]
  ? "public"
  : "sensitive"

/** The same at run time: a column of a personal type says so in `pii`, which the compiler cannot follow. */
export const visibilityOf = <C extends Readonly<Record<string, Column.Any>>>(columns: C): VisibilityOf<C> =>
  (Object.values(columns).some((column) => column.pii !== undefined) ? "sensitive" : "public") as VisibilityOf<C>
