/**
 * The time of a whole run: a CPU profile of `materialize --all`, with self times summed by source file, and the steps' own
 * times. Drivers, Node and Effect count for the file of ours that called them, if there is one.
 *
 * `--users 200000 --messages 2000000 --store embedded|MariaDB|MySQL`, `--top 25` for the number of functions.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { SourceMap } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Figure, flag, report, word } from "./harness.ts"
import * as Processes from "./Processes.ts"
import * as Stores from "./Stores.ts"

const users = flag("users", 200_000, 1_000)
const messages = flag("messages", 2_000_000, 5_000)
const top = flag("top", 25, 10)

interface Profile {
  readonly nodes: ReadonlyArray<Node>
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}
interface Node {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly lineNumber: number
    readonly columnNumber: number
  }
  readonly children?: ReadonlyArray<number>
}

/** The file names of each phase; the first match counts. */
const phases: ReadonlyArray<readonly [RegExp, string]> = [
  [/^\(idle\)/, "waiting (idle)"],
  [/^\(garbage collector\)/, "garbage collection"],
  [/rest-source\/src\/source\/|Paging|undici|platform\/src\/Http|platform\/.*Http/, "fetch and parse"],
  [/domain\/|core\/src\/source\//, "decode"],
  [/ingest\/DataVersion|Fingerprints/, "data version"],
  [/ingest\/Duplicates/, "duplicates"],
  [/spillCodecs|core\/src\/data\/Dataset\.ts:2\d/, "encode and decode for the spill"],
  [/core\/src\/data\/Spill/, "spill: encrypt, write, read"],
  [/SqlMaskStore|MaskMap|PiiMasker|assets\/masking/, "masking"],
  [/assets\/src\/assets\/|core\/src\/data\/Dataset/, "make rows"],
  [/warehouse\/src\/mysql\/(?:encoding|InfileText|Loader|RowBatch)|SqliteRow/, "encode rows for the store"],
  [/embedded\/SqliteWarehouse|embedded\/LibsqlClient|libsql/, "the embedded store's own work"],
  [/mysql2|warehouse\/src\/mysql/, "the driver of MySQL"],
  [/effect\/|@effect/, "Effect, by itself"],
  [/^node:/, "Node, by itself"]
]

const phaseOf = (place: string): string => phases.find(([pattern]) => pattern.test(place))?.[1] ?? "other"

/** The source position of a frame's function: `packages/assets/src/domain/Page.ts:18 decode`. */
const makePlaceOf = () => {
  const maps = new Map<string, SourceMap | undefined>()
  const mapOf = (path: string) => {
    if (!maps.has(path))
      maps.set(path, path.endsWith(".cjs") ? new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8"))) : undefined)
    return maps.get(path)
  }
  return ({ callFrame: { columnNumber, functionName, lineNumber, url } }: Node): string => {
    const path = url.replace(/^file:\/\//, "")
    if (!/node_modules\/\.cache\/sluice\/\w+\.cjs$/.test(path)) {
      return `${path.replace(/^.*node_modules\//, "")} ${functionName}`.trimStart()
    }
    const entry = mapOf(path)?.findEntry(lineNumber, columnNumber)
    if (entry === undefined || !("originalSource" in entry)) return functionName
    const source = entry.originalSource.replace(/^.*node_modules\//, "").replace(/^(?:\.\.\/)+/, "")
    return `${source}:${entry.originalLine + 1}`
  }
}

/** Seconds by phase and by function. */
const gather = ({ nodes, samples, timeDeltas }: Profile) => {
  const placeOf = makePlaceOf()
  const places = new Map(nodes.map((node) => [node.id, placeOf(node)]))
  const parents = new Map(nodes.flatMap(({ children = [], id }) => children.map((child) => [child, id] as const)))
  const callerOf = (id: number, isOne: (place: string) => boolean): string | undefined => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const place = places.get(at) ?? ""
      if (isOne(place)) return place
    }
    return undefined
  }
  const ownerOf = (id: number): string =>
    callerOf(id, (place) => place.startsWith("packages/")) ??
    callerOf(id, (place) => /^(?:mysql2|libsql)\//.test(place)) ??
    callerOf(id, (place) => /^(?:@?effect)\//.test(place)) ??
    callerOf(id, (place) => place.startsWith("node:")) ??
    places.get(id) ??
    ""
  const byPhase = new Map<string, number>()
  const byFunction = new Map<string, number>()
  samples.forEach((id, i) => {
    const seconds = (timeDeltas[i] ?? 0) / 1e6
    const owner = ownerOf(id)
    const self = places.get(id) ?? ""
    add(byPhase, phaseOf(owner), seconds)
    add(byFunction, self === owner ? self : `${self} ← ${owner}`, seconds)
  })
  return { byPhase, byFunction }
}

/** Steps in the order of their ends, in seconds since the run's start. */
const stepsOf = (events: string) => {
  const all = events.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
  const began = Date.parse(all[0]?.at)
  return all.flatMap(({ _tag, asset, at, durationMillis }) =>
    _tag === "StepSucceeded"
      ? [{ asset: String(asset), seconds: Number(durationMillis) / 1_000, ended: (Date.parse(at) - began) / 1_000 }]
      : []
  )
}

const add = (sums: Map<string, number>, key: string, value: number) => sums.set(key, (sums.get(key) ?? 0) + value)

const sorted = (sums: ReadonlyMap<string, number>) => [...sums].sort(([, a], [, b]) => b - a)

const directory = mkdtempSync(join(tmpdir(), "sluice-bench-profile-"))
const api = await Processes.startApi({ users, messages })

const bench = async (store: Stores.Store) => {
  await store.empty("sluice")
  const ran = await Processes.assets(["materialize", "--all", "--json"], {
    cwd: directory,
    env: { ...store.env, SPARK_API_URL: api.url },
    node: ["--cpu-prof", "--cpu-prof-interval=2000", `--cpu-prof-dir=${directory}`]
  })
  const [file = ""] = readdirSync(directory).filter((entry) => entry.endsWith(".cpuprofile"))
  const { byFunction, byPhase } = gather(JSON.parse(readFileSync(join(directory, file), "utf8")))
  rmSync(join(directory, file))
  const figures = sorted(byPhase).map(([what, value]): Figure => ({ what, unit: "s", value }))
  const setting = `${users} users and ${messages} messages into ${store.name}, one run of ${ran.seconds.toFixed(1)} s under the profiler`
  report(`profile.${store.name}`, setting, figures)
  process.stdout.write("\nthe most costly functions\n")
  for (const [what, seconds] of sorted(byFunction).slice(0, top)) {
    process.stdout.write(`  ${seconds.toFixed(2).padStart(7)} s  ${what}\n`)
  }
  process.stdout.write("\nthe steps, and when they ended\n")
  for (const { asset, ended, seconds } of stepsOf(ran.output)) {
    process.stdout.write(`  ${seconds.toFixed(2).padStart(7)} s  ${ended.toFixed(2).padStart(7)} s  ${asset}\n`)
  }
}

try {
  await Stores.each(word("store"), bench)
} finally {
  api.stop()
  rmSync(directory, { recursive: true, force: true })
}
