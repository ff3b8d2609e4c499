import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"

/** One measurement: its median and, if there is a floor, the floor's median of the same run. */
export interface Figure {
  readonly what: string
  readonly unit: "ms" | "µs" | "s" | "rows/s" | "MB" | "KB"
  readonly value: number
  readonly floor?: { readonly what: string; readonly value: number }
  /** The bench fails if the value is larger, unless it runs with `--small`. */
  readonly ceiling?: number
}

/** `--name value` from the command line, or its default, which is smaller with `--small`. */
export const flag = (name: string, usual: number, small: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  const given = at < 0 ? undefined : process.argv[at + 1]
  if (given === undefined) return process.argv.includes("--small") ? small : usual
  const value = Number(given)
  if (Number.isFinite(value)) return value
  throw new Error(`--${name} takes a number`)
}

/** `--name word` from the command line, if it is given. */
export const word = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Milliseconds of each function, called alternately, `runs` times after one warm-up, so that medians drift alike. */
export const inTurn = async (runs: number, ...tasks: ReadonlyArray<() => unknown>): Promise<ReadonlyArray<number>> => {
  const times = tasks.map((): Array<number> => [])
  for (let run = 0; run <= runs; run++) {
    for (const [index, task] of tasks.entries()) {
      globalThis.gc?.()
      const started = performance.now()
      await task()
      if (run > 0) times[index]?.push(performance.now() - started)
    }
  }
  return times.map(median)
}

/** Prints the figures and writes them to bench/results/NAME.json. */
export const report = (name: string, setting: string, figures: ReadonlyArray<Figure>): void => {
  const rows = figures.map(({ ceiling, unit, value, what, ...figure }) => {
    const floor = figure.floor ?? (ceiling === undefined ? undefined : { what: "the ceiling", value: ceiling })
    return [
      what,
      `${format(value)} ${unit}`,
      floor === undefined ? "" : `${format(floor.value)} ${unit}`,
      floor === undefined ? "" : `${(value / floor.value).toFixed(2)}×`,
      floor?.what ?? ""
    ]
  })
  const table = [["", "median", "floor", "ratio", "the floor is"], ...rows]
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  process.stdout.write(`\n${name}: ${setting}\n`)
  for (const row of table) {
    process.stdout.write(
      `  ${row.map((cell, column) => (column % 4 === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}\n`
    )
  }
  const over = figures.filter(({ ceiling, value }) => ceiling !== undefined && value > ceiling)
  for (const { what } of over) process.stdout.write(`  Over its ceiling: ${what}\n`)
  if (over.length > 0 && !process.argv.includes("--small")) process.exitCode = 1
  const directory = join(process.cwd(), "bench", "results")
  mkdirSync(directory, { recursive: true })
  const machine = { node: process.version, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) }
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify({ name, setting, machine, figures }, null, 2)}\n`)
}

const format = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString("en") : value >= 100 ? value.toFixed(0) : value.toPrecision(3)
