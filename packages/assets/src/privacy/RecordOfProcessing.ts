import * as Classified from "./classification.ts"

/** One source field and what becomes of it. */
export interface Entry {
  readonly source: "users" | "messages"
  /** Its path in the source's JSON. */
  readonly field: string
  readonly class: Classified.Classification["class"]
  /** What is stored of it, and where. */
  readonly becomes: string
  readonly reason: string
}

/** Every classified field, in the order of the classification: the record of processing (GDPR, article 30) by field. */
export const entries: ReadonlyArray<Entry> = (
  [
    ["users", Classified.users],
    ["messages", Classified.messages]
  ] as const
).flatMap(([source, fields]) =>
  Object.entries(fields).map(([field, classification]: readonly [string, Classified.Classification]) => ({
    source,
    field,
    class: classification.class,
    becomes: becomes(classification),
    reason: classification.reason
  }))
)

/** What each class means, and which duty of the GDPR it serves. */
export const classes: Readonly<Record<Classified.Classification["class"], string>> = {
  drop: "never read out of the API's answer, stored nowhere (data minimisation, Art. 5(1)(c))",
  mask: "replaced by an id; the value is kept in one table that analysts cannot read (pseudonymisation, Art. 4(5), 25 and 32)",
  derive: "reduced while the row is decoded; what it was made from is stored nowhere (data minimisation, Art. 5(1)(c))",
  keep: "stored as it came, where analysts can read it (needs a purpose and a lawful basis, Art. 5(1)(b) and 6)"
}

/** The record as a Markdown table. */
export const markdown = (): string =>
  [
    "| source field | class | what is stored | why |",
    "|---|---|---|---|",
    ...entries.map((entry) => `| \`${entry.source}.${entry.field}\` | ${entry.class} | ${entry.becomes} | ${entry.reason} |`)
  ].join("\n")

function becomes(classification: Classified.Classification): string {
  switch (classification.class) {
    case "drop":
      return "nothing"
    case "mask":
      return `\`${classification.kind}_id\`; the value in \`sensitive_${classification.kind}_ids\` alone`
    case "derive":
      return `\`${classification.into}\``
    case "keep":
      return "the value"
  }
}
