import type { ProcessedField } from "@sluice/core/privacy/Privacy"
import type * as Column from "@sluice/core/relation/Column"
import type { Mask } from "@sluice/core/relation/Mask"
import { SensitiveCityIds } from "../tables/SensitiveCityIds.ts"
import { SensitiveProfessionIds } from "../tables/SensitiveProfessionIds.ts"
import { SensitiveZipcodeIds } from "../tables/SensitiveZipcodeIds.ts"
import { UsersRaw } from "../tables/UsersRaw.ts"
import * as Classified from "./classification.ts"
import { asItCame, type Policy, words } from "./Generalisation.ts"

/** Every classified field, in order: the record of processing (GDPR, article 30) by field, under the settings in force. */
export const entries = (policy: Policy = asItCame): ReadonlyArray<ProcessedField> =>
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
      return `${columnsOf(classification.kind)}; the value in \`${masks[classification.kind].name}\` alone`
    case "derive":
      return `\`${classification.into}\`${coarser === undefined ? "" : `, ${coarser}`}`
    case "keep":
      return coarser === undefined ? "the value" : `the value, ${coarser}`
  }
}

const masks: { readonly [K in Classified.MaskKind]: Mask<string, K> } = {
  city: SensitiveCityIds,
  zipcode: SensitiveZipcodeIds,
  profession: SensitiveProfessionIds
}

/** The columns with mask ids of a kind. */
const columnsOf = (kind: Classified.MaskKind): string =>
  Object.entries<Column.Any>(UsersRaw.columns)
    .flatMap(([name, { maskOf }]) => (maskOf === kind ? [`\`${name}\``] : []))
    .join(", ")
