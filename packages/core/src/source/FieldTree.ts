/** The names of fields at one level of a row, and those inside each of them. */
export interface FieldTree extends ReadonlyMap<string, FieldTree | undefined> {}
