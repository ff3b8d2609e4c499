import * as Classified from "./classification.ts"
import { asItCame, type Policy, words } from "./Generalisation.ts"

/** One source field and what becomes of it. */
export interface Entry {
  readonly source: "users" | "messages"
  /** Its path in the source's JSON. */
  readonly field: string
  readonly class: Classified.Classification["class"]
  /** What is stored of it, and where. */
  readonly becomes: string
  readonly reason: string
  /** The principle or lawful basis of the GDPR that is proposed for it. */
  readonly legal: string
}

/**
 * Every classified field, in the order of the classification: the record of processing (GDPR, article 30) by field, under the
 * settings that are in force.
 */
export const entries = (policy: Policy = asItCame): ReadonlyArray<Entry> =>
  (
    [
      ["users", Classified.users],
      ["messages", Classified.messages]
    ] as const
  ).flatMap(([source, fields]) =>
    Object.entries(fields).map(([field, classification]: readonly [string, Classified.Classification]) => ({
      source,
      field,
      class: classification.class,
      becomes: becomes(classification, policy),
      reason: classification.reason,
      legal: classification.legal
    }))
  )

/** What each class means, and which duty of the GDPR it serves. */
export const classes: Readonly<Record<Classified.Classification["class"], string>> = {
  drop: "never read out of the API's answer, stored nowhere (data minimisation, Art. 5(1)(c))",
  mask: "replaced by an id; the value is kept in one table that analysts cannot read (pseudonymisation, Art. 4(5), 25 and 32)",
  derive: "reduced while the row is decoded; what it was made from is stored nowhere (data minimisation, Art. 5(1)(c))",
  keep: "stored as it came, where analysts can read it (needs a purpose and a lawful basis, Art. 5(1)(b) and 6)"
}

/** Who has the last word on the legal notes. */
export const confirmation =
  "The legal bases are proposals that fit what the pipeline does with a field. The controller confirms them, or changes the class."

/** The record as a Markdown table. */
export const markdown = (policy: Policy = asItCame): string =>
  [
    "| source field | class | what is stored | why | legal note (GDPR) |",
    "|---|---|---|---|---|",
    ...entries(policy).map(
      (entry) =>
        `| \`${entry.source}.${entry.field}\` | ${entry.class} | ${entry.becomes} | ${entry.reason} | ${entry.legal} |`
    )
  ].join("\n")

function becomes(classification: Classified.Classification, policy: Policy): string {
  const coarser = "setting" in classification ? words(policy)[classification.setting] : undefined
  switch (classification.class) {
    case "drop":
      return "nothing"
    case "mask":
      return `\`${classification.kind}_id\`; the value in \`sensitive_${classification.kind}_ids\` alone`
    case "derive":
      return `\`${classification.into}\`${coarser === undefined ? "" : `, ${coarser}`}`
    case "keep":
      return coarser === undefined ? "the value" : `the value, ${coarser}`
  }
}
