/**
 * A whole run of the released command line, against the best handwritten loader (bench/floor/loader.mjs), into each store, from
 * one API with ready pages. Servers are also compared with LOAD DATA of ready-made files. Sluice and the floor run alternately,
 * and their tables are compared once.
 *
 * `--users 200000 --messages 2000000 --runs 5`, `--large` for a million and ten millions, `--store embedded|MariaDB|MySQL`.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { type Figure, flag, median, report, word } from "./harness.ts"
import * as Processes from "./Processes.ts"
import * as Stores from "./Stores.ts"

const large = process.argv.includes("--large")
const users = flag("users", large ? 1_000_000 : 200_000, 1_000)
const messages = flag("messages", large ? 10_000_000 : 2_000_000, 5_000)
const runs = flag("runs", 5, 1)
const only = word("store")

const loader = Processes.benchFile("floor", "loader.mjs")
const files = mkdtempSync(join(tmpdir(), "sluice-bench-files-"))
const api = await Processes.startApi({ users, messages })
const figures: Array<Figure> = []

/** One line for each run, so that an interrupted bench has output. */
const told = (store: Stores.Store, what: string, ran: Processes.Ran): Processes.Ran => {
  const { cpuSeconds, peakMB, seconds } = ran
  process.stderr.write(
    `${store.name}, ${what}: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${peakMB.toFixed(0)} MB\n`
  )
  return ran
}

const bench = async (store: Stores.Store) => {
  const ours: Array<Processes.Ran> = []
  const floors: Array<Processes.Ran> = []
  const loads: Array<Processes.Ran> = []
  for (let run = 0; run < runs; run++) {
    await store.empty("floor")
    floors.push(told(store, "the loader", await Processes.run([loader, "--api", api.url, "--store", store.floor])))
    await store.empty("sluice")
    const env = { ...store.env, SPARK_API_URL: api.url }
    ours.push(told(store, "sluice", await Processes.assets(["materialize", "--all", "--json"], { cwd: files, env })))
    if (run === 0) await compare(store)
    if (store.name === "embedded") continue
    await store.empty("floor")
    loads.push(told(store, "ready-made files", await Processes.run([loader, "--from", files, "--store", store.floor])))
  }
  const of = (all: ReadonlyArray<Processes.Ran>, what: "seconds" | "peakMB" | "cpuSeconds") =>
    median(all.map((ran) => ran[what]))
  const floor = { what: "the loader written by hand", value: of(floors, "seconds") }
  figures.push({ what: `${store.name}: materialize --all`, unit: "s", value: of(ours, "seconds"), floor })
  if (loads.length > 0) {
    const ready = { what: "LOAD DATA of ready-made files", value: of(loads, "seconds") }
    figures.push({ what: `${store.name}: the loader written by hand`, unit: "s", value: floor.value, floor: ready })
  }
  figures.push(
    {
      what: `${store.name}: our process's time on the CPU`,
      unit: "s",
      value: of(ours, "cpuSeconds"),
      floor: { what: "the loader's", value: of(floors, "cpuSeconds") }
    },
    {
      what: `${store.name}: our process's peak memory`,
      unit: "MB",
      value: of(ours, "peakMB"),
      floor: { what: "the loader's", value: of(floors, "peakMB") }
    }
  )
}

/** Fails unless both have made the same tables with the same rows. */
const compare = async (store: Stores.Store) => {
  const tables = async (url: string) =>
    JSON.parse((await Processes.run([Processes.benchFile("processes", "sql.mjs"), url, "tables"])).output)
  const [floor, sluice] = [await tables(store.floor), await tables(store.sluice)]
  for (const table of new Set([...Object.keys(floor), ...Object.keys(sluice)])) {
    if (isDeepStrictEqual(floor[table], sluice[table])) continue
    throw new Error(
      `${store.name}: ${table} is not the same:\n${JSON.stringify(floor[table])}\n${JSON.stringify(sluice[table])}`
    )
  }
}

try {
  await Processes.run([loader, "--api", api.url, "--write", files])
  await Stores.each(only, bench)
  const size = `${users.toLocaleString("en")} users and ${messages.toLocaleString("en")} messages`
  report(large ? "endToEnd.large" : "endToEnd", `${size}, medians of ${runs} runs in turn`, figures)
} finally {
  api.stop()
  rmSync(files, { recursive: true, force: true })
}
