import type { PartitionPreview } from "@sluice/core/plan/PartitionPreview"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PlanText from "./PlanText.ts"
import * as PreviewText from "./PreviewText.ts"
import type { Style } from "./Style.ts"

/** A backfill before it runs. */
export interface Prospect {
  readonly selection: string
  readonly previews: ReadonlyArray<PartitionPreview>
  /** The expected milliseconds; undefined if no asset has a history. */
  readonly expected: number | undefined
}

/** What a backfill makes of each asset, in how many calls, and how long it takes; or that nothing is left to do. */
export const lines = ({ expected, previews, selection }: Prospect, style: Style): ReadonlyArray<string> => {
  const made = previews.filter(({ count }) => count > 0)
  if (made.length === 0) {
    const which =
      selection === "*" ? "no asset has such a partition" : `${PlanText.selection(selection)} has no such partition`
    return [`${style.green(style.marks.ok)} Nothing to do: ${which}.`]
  }
  const sum = (of: (preview: PartitionPreview) => number) => made.reduce((total, each) => total + of(each), 0)
  return [
    ...PreviewText.lines(made, style),
    ...Layout.wrap(
      [
        Human.plural(
          sum(({ count }) => count),
          "partition"
        ),
        Human.plural(
          sum(({ calls }) => calls),
          "call"
        ),
        expected === undefined ? "no expected time, since none was made before" : `about ${Human.duration(expected)} in all`
      ].join(` ${style.marks.separator} `),
      style.columns
    ).map(style.dim)
  ]
}

/** The same as JSON: `{ selection, expectedMillis, assets: [{ asset, set, count, ranges, again, calls, kept, orphaned }] }`. */
export const json = ({ expected, previews, selection }: Prospect): string =>
  JSON.stringify(
    {
      selection,
      expectedMillis: expected ?? null,
      assets: previews.map((preview) => ({ asset: preview.asset, ...PreviewText.jsonOf(preview) }))
    },
    null,
    2
  )
