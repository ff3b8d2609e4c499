/** A source field and its processing: an entry of the record of processing (GDPR, article 30). */
export interface ProcessedField {
  readonly source: string
  /** The path of the field in the source's rows. */
  readonly field: string
  /** Whether the field is never read, replaced by an id, reduced to a less precise value, or stored unchanged. */
  readonly class: "drop" | "mask" | "derive" | "keep"
  /** What is stored of the field, and where. */
  readonly becomes: string
  readonly reason: string
  /** The proposed principle or lawful basis of the GDPR. */
  readonly legal: string
}

/** A use of the data that remains possible even if everything works as declared. */
export interface ResidualRisk {
  readonly title: string
  readonly text: string
}

/** The declarations of a pipeline for its privacy report, besides its tables and columns. */
export interface Privacy {
  readonly record: ReadonlyArray<ProcessedField>
  readonly residualRisks: ReadonlyArray<ResidualRisk>
  /**
   * Settings that join rare values, such as an email domain, join values of fewer people than this. Undefined if none is set.
   */
  readonly rareBelow: number | undefined
}

/** The meaning of each class, and the duty of the GDPR that it serves. */
export const classes: Readonly<Record<ProcessedField["class"], string>> = {
  drop: "never read out of the source's rows, stored nowhere (data minimisation, Art. 5(1)(c))",
  mask: "replaced by an id; the value is kept in one table that analysts cannot read (pseudonymisation, Art. 4(5), 25 and 32)",
  derive: "reduced while the row is decoded; what it was made from is stored nowhere (data minimisation, Art. 5(1)(c))",
  keep: "stored as it came, where analysts can read it (needs a purpose and a lawful basis, Art. 5(1)(b) and 6)"
}

/** The note below the legal bases: the controller must confirm them. */
export const confirmation =
  "The legal bases are proposals that fit what the pipeline does with a field. The controller confirms them, or changes the class."
