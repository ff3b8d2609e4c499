import type { Pii } from "../data/Pii.ts"
import type * as Column from "../relation/Column.ts"

/** Sensitive if a column holds a personal value, otherwise public. */
export type VisibilityOf<C extends Readonly<Record<string, Column.Any>>> = [
  Extract<Column.Value<C[keyof C]>, Pii<string>>
] extends [never]
  ? "public"
  : "sensitive"

/** Returns the same at run time, from `pii` of the columns. The compiler cannot derive that they agree. */
export const visibilityOf = <C extends Readonly<Record<string, Column.Any>>>(columns: C): VisibilityOf<C> =>
  (Object.values(columns).some((column) => column.pii !== undefined) ? "sensitive" : "public") as VisibilityOf<C>
