import type { RunSummary } from "@sluice/core/run/RunRecord"

/** `12345` as `12,345`. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")

/** `1 row`, `12,345 rows`. */
export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`

/** Milliseconds in readable units: `35 ms`, `1.2 s`, `2 min 5 s`, `1 h 3 min`. */
export const duration = (millis: number): string => {
  if (millis < 999.5) return `${Math.round(millis)} ms`
  if (millis < 59_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `2024-03-01T09:30:00.000Z` as `2024-03-01 09:30:00`, still in UTC. */
export const time = (iso: string): string => iso.slice(0, 19).replace("T", " ")

/** `a`, `a and b`, `a, b and c`; past `limit` names, `a, b and 3 more`. */
export const list = (names: ReadonlyArray<string>, limit = 3): string => {
  const shown = names.length > limit ? [...names.slice(0, limit - 1), `${names.length - limit + 1} more`] : names
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`
}

/** A run with its process, as the subject of a sentence: `Backfill 20240801-060000-4t2k (process 42 on build1)`. */
export const run = ({ backfill, owner, runId }: Pick<RunSummary, "backfill" | "owner" | "runId">): string =>
  `${backfill ? "Backfill" : "Run"} ${runId} (process ${owner.pid} on ${owner.host})`
