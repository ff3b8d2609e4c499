import type { Reissue } from "@sluice/warehouse/MaskIds"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** The preview of a re-issue: tables and counts. */
export const preview = (found: Reissue, store: string, style: Style): ReadonlyArray<string> =>
  isNothing(found)
    ? [allRandom(store)]
    : [
        `These mask ids in ${store} follow the order of the values. A re-issue would replace:`,
        ...counts(found, style),
        style.dim("Nothing was changed.")
      ]

/** The result of a re-issue. */
export const done = (found: Reissue, store: string, style: Style): ReadonlyArray<string> => {
  const ok = style.green(style.marks.ok)
  return isNothing(found)
    ? [`${ok} ${allRandom(store)}`]
    : [
        `${ok} Mask ids in ${store} are random now.`,
        ...counts(found, style),
        "Ids that analysts have saved elsewhere are no longer valid. The next run reads the source in full."
      ]
}

/** The result in a sentence, for the history. */
export const sentence = ({ masks }: Reissue): string =>
  `${Human.plural(sum(masks), "mask id")} of ${Human.plural(Object.keys(masks).length, "table")} replaced by random ones`

const allRandom = (store: string) => `All mask ids in ${store} are random.`

const counts = ({ columns, masks }: Reissue, { dim }: Style): ReadonlyArray<string> =>
  Layout.align([
    ...Object.entries(masks).map(([table, n]) => [`  ${dim(table)}`, Human.plural(n, "id")]),
    ...Object.entries(columns).map(([column, n]) => [`  ${dim(column)}`, Human.plural(n, "row")])
  ])

const isNothing = ({ masks }: Reissue): boolean => Object.keys(masks).length === 0

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, n) => all + n, 0)
