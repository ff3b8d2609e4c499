import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Launcher from "../test/servers/Launcher.ts"
import * as Server from "../test/servers/Server.ts"
import * as Processes from "./Processes.ts"

/** A store for Sluice and the floor, with a database for each. */
export interface Store {
  readonly name: string
  /** The floor's database, as a URL of an account with all rights. */
  readonly floor: string
  readonly sluice: string
  /** Sluice's settings. */
  readonly env: Readonly<Record<string, string>>
  /** Empties one of the databases, and provisions Sluice's again. */
  readonly empty: (which: "floor" | "sluice") => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts each store in turn, or the named one, and stops it after `use`. If this machine has no such server, it says so. */
export const each = async (only: string | undefined, use: (store: Store) => Promise<void>): Promise<void> => {
  const chosen = only === undefined ? names : names.filter((name) => name.toLowerCase() === only.toLowerCase())
  if (chosen.length === 0) throw new Error(`--store is one of ${names.join(", ")}`)
  for (const name of chosen) {
    const store = await start(name)
    try {
      if (store !== undefined) await use(store)
    } finally {
      await store?.stop()
    }
  }
}

const names = ["embedded", "MariaDB", "MySQL"] as const
type Name = (typeof names)[number]

const start = async (name: Name): Promise<Store | undefined> => {
  if (name === "embedded") return embedded()
  const launcher = await Launcher.find(name)
  if (launcher !== undefined) return onServer(name, await Server.start(launcher, [...serverSettings, redoLog[name]]))
  process.stdout.write(`Skipping ${name}: ${Launcher.advice(name)}\n`)
  return undefined
}

/** Settings of production servers, not of tests: enough memory and log, and durable commits. */
const serverSettings = ["--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=1"]
const redoLog = { MariaDB: "--innodb-log-file-size=1G", MySQL: "--innodb-redo-log-capacity=1G" }

const embedded = (): Store => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-bench-store-"))
  const store = (which: string) => `sqlite:${join(directory, which)}`
  return {
    name: "embedded",
    floor: store("floor"),
    sluice: store("sluice"),
    env: { DATABASE_URL: store("sluice"), DATABASE_ADMIN_URL: "" },
    empty: async (which) => rmSync(join(directory, which), { recursive: true, force: true }),
    stop: async () => rmSync(directory, { recursive: true, force: true })
  }
}

const onServer = (name: Name, server: Server.Server): Store => {
  const admin = `mysql://root@127.0.0.1:${server.port}`
  const env = {
    DATABASE_URL: `mysql://pipeline:pipeline@127.0.0.1:${server.port}/sluice`,
    ANALYST_PASSWORD: "analyst",
    DATABASE_ADMIN_URL: ""
  }
  const run = (...statements: ReadonlyArray<string>) =>
    Processes.run([Processes.benchFile("processes", "sql.mjs"), `${admin}/mysql`, "run", ...statements])
  return {
    name,
    floor: `${admin}/floor`,
    sluice: `${admin}/sluice`,
    env,
    empty: async (which) => {
      await run(`DROP DATABASE IF EXISTS ${which}`)
      if (which === "floor") await run("CREATE DATABASE floor CHARACTER SET utf8mb4")
      else await Processes.assets(["provision"], { env: { ...env, DATABASE_ADMIN_URL: admin } })
    },
    stop: server.stop
  }
}
