import type { PartitionPreview } from "@sluice/core/plan/PartitionPreview"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** What a plan does with partitions: for each asset the number and the ranges, how many calls make them, and what stays. */
export const lines = (previews: ReadonlyArray<PartitionPreview>, style: Style): ReadonlyArray<string> =>
  previews.length === 0
    ? []
    : [
        style.bold("Partitions"),
        ...previews.flatMap((preview) =>
          previewLines(preview, Math.max(...previews.map(({ asset }) => asset.length)), style)
        )
      ]

const previewLines = (preview: PartitionPreview, nameWidth: number, style: Style): ReadonlyArray<string> => {
  const { again, asset, calls, count, kept, orphaned, set, text } = preview
  const facts = [
    ...(again === 0
      ? []
      : [again === count ? "all made before, and made again" : `${Human.count(again)} of them made again`]),
    ...(calls === count ? [] : [Human.plural(calls, "call")]),
    ...(kept === 0 ? [] : [`${Human.count(kept)} kept`]),
    ...(orphaned === "" ? [] : [`orphaned: ${orphaned}`])
  ]
  return [
    ...Layout.hang(
      `  ${style.cyan(Layout.padEnd(asset, nameWidth))}  `,
      `${Human.plural(count, "partition")} of ${set}${text === "" ? "" : `: ${text}`}`,
      style.columns
    ),
    ...(facts.length === 0
      ? []
      : Layout.hang("    ", facts.join(` ${style.marks.separator} `), style.columns).map(style.dim))
  ]
}

/** The fields of a step in a plan as JSON: `partitions: { set, count, ranges, again, calls, kept, orphaned }`. */
export const fields = ({ asset }: { readonly asset: string }, previews: ReadonlyArray<PartitionPreview>) => {
  const found = previews.find((preview) => preview.asset === asset)
  return found === undefined ? {} : { partitions: jsonOf(found) }
}

/** A preview as JSON, without the asset's name. */
export const jsonOf = ({ again, calls, count, kept, orphaned, set, text }: PartitionPreview) => ({
  set,
  count,
  ranges: text,
  again,
  calls,
  kept,
  orphaned
})
