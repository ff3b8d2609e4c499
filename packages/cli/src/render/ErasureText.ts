import type { Found } from "@sluice/warehouse/Erasure"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** The result of an erasure, or its preview. `store` describes the store. Nothing here identifies the user. */
export type Receipt =
  | {
      readonly _tag: "Preview"
      readonly store: string
      readonly found: Found
      readonly external: ReadonlyArray<string>
    }
  | {
      readonly _tag: "Erased"
      readonly store: string
      readonly runId: string
      readonly at: string
      readonly found: Found
      /** Whether the store is embedded, not a server. */
      readonly embedded: boolean
      /** Tables with rows of people that another program stores. The erasure does not inspect them. */
      readonly external: ReadonlyArray<string>
    }
  | {
      readonly _tag: "Undone"
      readonly store: string
      readonly runId: string
      readonly at: string
      /** The time of the user's erasure. Undefined if they were not erased. */
      readonly since: string | undefined
    }

/** The receipt as text. */
export const lines = (receipt: Receipt, style: Style): ReadonlyArray<string> => {
  const { dim, green, marks } = style
  const ok = green(marks.ok)
  switch (receipt._tag) {
    case "Preview": {
      const { found, store } = receipt
      return [
        isNothing(found) ? `There is nothing about this user in ${store}.` : `Erasing this user would remove from ${store}:`,
        ...(isNothing(found) ? [] : counts(found, style)),
        found.suppressedSince === undefined
          ? "Later runs would leave the user out."
          : `Runs have left the user out since ${Human.time(found.suppressedSince)} UTC.`,
        ...receipt.external.flatMap((table) =>
          Layout.wrap(`Erasing would not change ${left(table)}.`, Math.min(style.columns, 100))
        ),
        dim("Nothing was changed.")
      ]
    }
    case "Erased": {
      const { at, found, runId, store } = receipt
      return [
        isNothing(found) ? `${ok} There was nothing about this user in ${store}.` : `${ok} Erased one user from ${store}.`,
        ...counts(found, style),
        "",
        ...Layout.align([
          [`  ${dim("when")}`, `${Human.time(at)} UTC`],
          [`  ${dim("run")}`, runId],
          [
            `  ${dim("from now on")}`,
            found.suppressedSince === undefined
              ? "left out of every run"
              : `left out of every run, as since the first erasure at ${Human.time(found.suppressedSince)} UTC`
          ]
        ]),
        "",
        "Not covered by this receipt:",
        ...notCovered(receipt).flatMap((text) =>
          Layout.wrap(text, Math.min(style.columns, 100) - 4).map((line, i) => `  ${i === 0 ? "-" : " "} ${line}`)
        )
      ]
    }
    case "Undone":
      return receipt.since === undefined
        ? [`${ok} This user was not erased from ${receipt.store}, so there is nothing to undo.`]
        : [
            `${ok} This user, erased on ${Human.time(receipt.since)} UTC, is no longer left out of runs.`,
            style.worded("No rows were restored. The next `sluice materialize --all` loads them if the source has the user.")
          ]
  }
}

/** The receipt as JSON. */
export const json = (receipt: Receipt): string => {
  switch (receipt._tag) {
    case "Preview":
      return JSON.stringify({ erased: false, ...facts(receipt.found) }, null, 2)
    case "Erased": {
      const { at, found, runId } = receipt
      return JSON.stringify({ erased: true, at, runId, ...facts(found), notCovered: notCovered(receipt) }, null, 2)
    }
    case "Undone": {
      const { at, runId, since } = receipt
      return JSON.stringify({ undone: since !== undefined, at, runId, suppressedSince: since ?? null }, null, 2)
    }
  }
}

/** A sentence for the history: what was erased. */
export const removed = (found: Found): string => {
  const all = entries(found).filter(([, count]) => count > 0)
  const what = all.map(([name, count, noun]) => `${Human.count(count)} of ${noun === key ? "the keys of " : ""}${name}`)
  return what.length === 0
    ? "There was nothing about the user; later runs leave them out."
    : `Removed ${Human.list(what, what.length)}; later runs leave the user out.`
}

export const undone = (since: string | undefined): string =>
  since === undefined
    ? "The user was not erased."
    : `The user, erased on ${Human.time(since)} UTC, is no longer left out of runs.`

const facts = ({ keys, masks, quarantined, rows, suppressedSince }: Found) => ({
  rows,
  maskValues: masks,
  ...(keys === undefined ? {} : { partitionKeys: Object.fromEntries(countsOf(keys)) }),
  quarantined: quarantined ?? null,
  suppressedSince: suppressedSince ?? null
})

const [row, value, key] = ["row", "value that nobody else has", "partition key"]

/** The name of each thing that was found, its number, and what it is. */
const entries = (found: Found): ReadonlyArray<readonly [name: string, count: number, noun: string]> => [
  ...Object.entries(found.rows).map(([name, count]) => [name, count, row] as const),
  ...Object.entries(found.masks).map(([name, count]) => [name, count, value] as const),
  ...countsOf(found.keys ?? {}).map(([name, count]) => [name, count, key] as const),
  ...(found.quarantined === undefined ? [] : [["quarantine", found.quarantined, row] as const])
]

const countsOf = (keys: NonNullable<Found["keys"]>) => Object.entries(keys).map(([set, some]) => [set, some.length] as const)

const isNothing = (found: Found): boolean => entries(found).every(([, count]) => count === 0)

const counts = (found: Found, style: Style): ReadonlyArray<string> => {
  const cells = entries(found).map(([name, count, noun]) => [name, Human.count(count), plural(noun, count)] as const)
  const width = Math.max(...cells.map(([, count]) => count.length))
  return Layout.align(
    cells.map(([name, count, what]) => [`  ${style.cyan(name)}`, `${Layout.padStart(count, width)} ${what}`])
  )
}

const plural = (noun: string, count: number): string =>
  count === 1 ? noun : noun === value ? "values that nobody else has" : `${noun}s`

const left = (table: string): string =>
  `\`${table}\`: the table is external, so this pipeline does not write it. Erase the user where it is loaded`

const notCovered = ({
  embedded,
  external
}: Pick<Extract<Receipt, { readonly _tag: "Erased" }>, "embedded" | "external">): ReadonlyArray<string> => [
  ...external.map(left),
  "the source, until the user is deleted there",
  embedded
    ? "copies and backups of the store's directory, and snapshots of its file system: until you delete them"
    : "the server's own logs (redo log: until it is written over; binary log: binlog_expire_logs_seconds) and freed pages (until they are used again, or OPTIMIZE TABLE)",
  ...(embedded ? [] : ["backups and replicas that are not up to date: as long as you keep them"]),
  "copies that analysts have made of the data"
]
