import type { MetadataValue } from "@sluice/core/asset/Metadata"
import type { Materialization } from "@sluice/core/run/RunRecord"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as Sparkline from "./Sparkline.ts"
import type { Style } from "./Style.ts"

/**
 * Lists an asset's materializations, newest first, one line each: rows, duration and metadata. Then shows the trend of each number.
 * If a line does not fit, the time is dropped, because the run's name has it. Other columns that do not fit are named below.
 */
export const lines = (history: ReadonlyArray<Materialization>, style: Style): ReadonlyArray<string> => {
  if (history.length === 0) return []
  const facts = [...measures, ...othersIn(history)]
  const rows = [
    ["  at (UTC)", "run", ...facts.map(({ title }) => title)].map(style.dim),
    ...history.map((each) => [
      `  ${Human.time(each.at)}`,
      style.cyan(each.runId),
      ...facts.map(({ of, show }) => shown(of(each), show))
    ]),
    ...(history.length < 2 ? [] : [["  trend", "", ...facts.map((fact) => trend(history, fact, style))].map(style.dim)])
  ]
  const whole = tabled(rows, style.columns)
  if (whole.cut === 0) return whole.lines
  const { cut, lines } = tabled(
    rows.map(([at = "", run = "", ...others], i) => [
      i === rows.length - 1 && history.length > 1 ? at : `  ${run}`,
      "",
      ...others
    ]),
    style.columns
  )
  const hidden = facts.slice(facts.length - cut).map(({ title }) => title)
  const note = style.dim(`no room for ${hidden.join(", ")}`)
  return cut === 0 ? lines : [...lines, ...Layout.hang("  ", note, style.columns)]
}

/** Aligns rows, and drops the last columns that do not fit. Returns the number of dropped columns too. */
const tabled = (rows: ReadonlyArray<ReadonlyArray<string>>, room: number) => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => Layout.width(row[i] ?? ""))))
  const ends = widths.map((_, i) => widths.slice(0, i + 1).reduce((sum, each) => sum + each + (each === 0 ? 0 : 2), -2))
  const cut = ends.filter((end) => end > room).length
  const lines = rows.map((row) =>
    row
      .slice(0, row.length - cut)
      .flatMap((cell, i) => (widths[i] === 0 ? [] : [aligned(cell, i, widths[i] ?? 0)]))
      .join("  ")
      .trimEnd()
  )
  return { cut, lines }
}

/** A column of the list. */
interface Fact {
  readonly title: string
  readonly of: (materialization: Materialization) => MetadataValue | undefined
  readonly show: (value: number) => string
}

const measures: ReadonlyArray<Fact> = [
  { title: "rows", of: ({ metadata }) => metadata["rows"], show: Human.count },
  { title: "took", of: ({ durationMillis }) => durationMillis, show: Human.duration },
  {
    title: "rows/s",
    of: ({ durationMillis, metadata: { rows } }) =>
      typeof rows === "number" && rows > 0 && durationMillis > 0 ? (rows * 1000) / durationMillis : undefined,
    show: Human.count
  }
]

/** The other metadata, without columns that are empty everywhere. */
const othersIn = (history: ReadonlyArray<Materialization>): ReadonlyArray<Fact> => {
  const keys = new Set(
    history.flatMap(({ metadata }) =>
      Object.entries(metadata).flatMap(([key, value]) =>
        key === "rows" || value === 0 || value === false || value === "" ? [] : [key]
      )
    )
  )
  return [...keys].map((key) => ({
    title: key.replaceAll("_", " "),
    of: ({ metadata }) => metadata[key],
    show: Human.count
  }))
}

const shown = (value: MetadataValue | undefined, show: Fact["show"]): string =>
  value === undefined ? "" : typeof value === "number" ? show(value) : String(value)

const trend = (history: ReadonlyArray<Materialization>, { of }: Fact, style: Style): string =>
  Sparkline.of(
    history
      .map(of)
      .filter((value) => typeof value === "number")
      .reverse(),
    style
  )

/** Aligns the first two columns to the left, and the numbers to the right. */
const aligned = (cell: string, column: number, width: number): string =>
  column < 2 ? Layout.padEnd(cell, width) : Layout.padStart(cell, width)
