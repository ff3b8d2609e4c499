import type { QueryResult } from "@sluice/warehouse/WarehouseReader"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/**
 * Renders the rows of a query as a table, with numbers to the right, a mark for NULL, and escaped control characters. If the columns
 * do not fit the terminal, the widest are narrowed and their cells cut. Columns that still do not fit are named below.
 */
export const lines = ({ columns, rows }: QueryResult, style: Style): ReadonlyArray<string> => {
  const cells = rows.map((row) => row.map((value) => textOf(value, style)))
  const isNumeric = columns.map((_, i) => rows.some((row) => row[i] !== null) && rows.every((row) => isNumber(row[i])))
  const widths = columns.map((name, i) =>
    cells.reduce((widest, row) => Math.max(widest, Layout.width(row[i] ?? "")), Layout.width(name))
  )
  const shown = fit(widths, style.columns)
  const line = (row: ReadonlyArray<string>, paint: (text: string, i: number) => string) =>
    shown
      .map((columnWidth, i) => {
        const text = Layout.truncate(row[i] ?? "", columnWidth, style.marks.ellipsis)
        return paint(isNumeric[i] ? Layout.padStart(text, columnWidth) : Layout.padEnd(text, columnWidth), i)
      })
      .join("  ")
      .trimEnd()
  const hidden = columns.slice(shown.length)
  return [
    line(columns, style.bold),
    style.dim(shown.map((columnWidth) => style.marks.rule.repeat(columnWidth)).join("  ")),
    ...cells.map((row, n) => line(row, (text, i) => (rows[n]?.[i] === null ? style.dim(text) : text))),
    ...Layout.wrap(
      hidden.length === 0
        ? Human.plural(rows.length, "row")
        : `${Human.plural(rows.length, "row")}; no room for ${hidden.join(", ")}`,
      style.columns
    ).map(style.dim)
  ]
}

/** Says why the rows cannot be objects: two columns have the same name. Undefined if they can. */
export const notAsJson = ({ columns }: QueryResult): string | undefined => {
  const later = columns.findIndex((name, i) => columns.indexOf(name) < i)
  const name = columns[later]
  if (name === undefined) return undefined
  const both = `columns ${columns.indexOf(name) + 1} and ${later + 1} of the answer have one name`
  return `With --json a row is an object, and ${both}. Give one of them another with AS: select …, … as other_name.`
}

/** The rows as a JSON array of objects, one per line. Two columns of one name become one. */
export const json = ({ columns, rows }: QueryResult): string => {
  const objects = rows.map((row) => JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]))))
  return objects.length === 0 ? "[]" : `[\n${objects.join(",\n")}\n]`
}

const textOf = (value: string | number | boolean | null, style: Style): string =>
  value === null ? style.marks.none : Layout.printable(String(value))

/** Numbers, and exact decimals, which are text. */
const isNumber = (value: string | number | boolean | null | undefined): boolean =>
  value === null || typeof value === "number" || (typeof value === "string" && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value))

/** Narrows the widest columns until all fit, none below 8 characters. Then drops columns from the right. */
const fit = (widths: ReadonlyArray<number>, room: number): ReadonlyArray<number> => {
  const result = [...widths]
  const total = () => result.reduce((sum, columnWidth) => sum + columnWidth + 2, -2)
  while (total() > room && result.length > 1) {
    const widest = Math.max(...result)
    if (widest <= 8) {
      result.pop()
      continue
    }
    const second = Math.max(8, ...result.filter((columnWidth) => columnWidth < widest))
    const among = result.filter((columnWidth) => columnWidth === widest).length
    const narrowed = Math.max(second, widest - Math.ceil((total() - room) / among))
    result.forEach((columnWidth, i) => {
      if (columnWidth === widest) result[i] = narrowed
    })
  }
  return result
}
