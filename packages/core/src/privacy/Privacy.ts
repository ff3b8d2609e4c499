/** A source field and what becomes of it: an entry of the record of processing (GDPR, article 30). */
export interface ProcessedField {
  readonly source: string
  /** Its path in the source's rows. */
  readonly field: string
  /** Whether it is left unread, replaced by an id, reduced to something less telling, or stored as it is. */
  readonly class: "drop" | "mask" | "derive" | "keep"
  /** What is stored of it, and where. */
  readonly becomes: string
  readonly reason: string
  /** The principle or lawful basis of the GDPR that is proposed for it. */
  readonly legal: string
}

/** What can still be done with the data although everything is as it should be. */
export interface ResidualRisk {
  readonly title: string
  readonly text: string
}

/** What a pipeline says of personal data for its privacy report, beside what its tables and columns say. */
export interface Privacy {
  readonly record: ReadonlyArray<ProcessedField>
  readonly residualRisks: ReadonlyArray<ResidualRisk>
  /** Settings that join rare values, such as an email domain, join those that fewer people have; undefined if none is set. */
  readonly rareBelow: number | undefined
}

/** What each class means, and which duty of the GDPR it serves. */
export const classes: Readonly<Record<ProcessedField["class"], string>> = {
  drop: "never read out of the source's rows, stored nowhere (data minimisation, Art. 5(1)(c))",
  mask: "replaced by an id; the value is kept in one table that analysts cannot read (pseudonymisation, Art. 4(5), 25 and 32)",
  derive: "reduced while the row is decoded; what it was made from is stored nowhere (data minimisation, Art. 5(1)(c))",
  keep: "stored as it came, where analysts can read it (needs a purpose and a lawful basis, Art. 5(1)(b) and 6)"
}

/** Who has the last word on the legal notes. */
export const confirmation =
  "The legal bases are proposals that fit what the pipeline does with a field. The controller confirms them, or changes the class."
