/** The names of the fields at one level of a row, and the fields inside each. */
export interface FieldTree extends ReadonlyMap<string, FieldTree | undefined> {}
