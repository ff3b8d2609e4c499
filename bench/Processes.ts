import { fork, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** How a process was started: where, and with what in its environment beside this one's. */
export interface Setting {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Options of Node's own. */
  readonly node?: ReadonlyArray<string>
}

/** What a process took, from its start to its end. */
export interface Ran {
  readonly seconds: number
  /** The most memory that was its own at any time. */
  readonly peakMB: number
  readonly cpuSeconds: number
  readonly output: string
}

/** A file of the bench folder, in the repository that the bench was started from. */
export const benchFile = (...path: ReadonlyArray<string>): string => join(process.cwd(), "bench", ...path)

/** What `pnpm assets` runs: the options of Node's that package.json gives it, and the script, from any directory. */
export const assetsCommand = (): ReadonlyArray<string> => {
  const { scripts } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8"))
  const [, ...words]: ReadonlyArray<string> = scripts.assets.split(" ")
  return words.map((word) => (word.startsWith("-") ? word : join(process.cwd(), word)))
}

/** The command line as it is released: one bundle, with compiled code beside it from the second start on. */
export const assets = (args: ReadonlyArray<string>, setting: Setting = {}): Promise<Ran> =>
  run([...assetsCommand(), ...args], setting)

/** Runs a script of Node's to its end. Fails, with what it said, where that is not a good one. */
export const run = async (
  script: ReadonlyArray<string>,
  { cwd = process.cwd(), env = {}, node = [] }: Setting = {}
): Promise<Ran> => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-bench-usage-"))
  const usage = join(directory, "usage.json")
  try {
    const started = performance.now()
    const child = spawn(process.execPath, ["--require", benchFile("processes", "peak.cjs"), ...node, ...script], {
      cwd,
      env: { ...process.env, ...env, SLUICE_BENCH_USAGE: usage },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const output: Array<Buffer> = []
    const said: Array<Buffer> = []
    child.stdout.on("data", (part) => output.push(part))
    child.stderr.on("data", (part) => said.push(part))
    const [status] = await once(child, "close")
    const seconds = (performance.now() - started) / 1_000
    if (status !== 0)
      throw new Error(`${script.join(" ")} ended with ${status}: ${Buffer.concat(said).toString().slice(-2_000)}`)
    const { cpuSeconds, peakMB } = JSON.parse(readFileSync(usage, "utf8"))
    return { seconds, peakMB, cpuSeconds, output: Buffer.concat(output).toString() }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** An API with rows of a size, in a process that ends with this one. */
export interface Api {
  readonly url: string
  /** Has it answer with 1% of its rows changed, the newest or all over the pages, or as it did at first. */
  readonly change: (what: "none" | "newest" | "spread") => Promise<void>
  readonly stop: () => void
}

export const startApi = async (size: { readonly users: number; readonly messages: number }): Promise<Api> => {
  const server = join(import.meta.dirname, "processes", "apiServer.mjs")
  const child = fork(server, ["--users", String(size.users), "--messages", String(size.messages)])
  const ended = once(child, "exit").then((): never => {
    throw new Error("the bench's API ended")
  })
  ended.catch(() => {})
  const answer = async () => String((await Promise.race([once(child, "message"), ended]))[0])
  return {
    url: await answer(),
    change: async (what) => {
      child.send(what)
      await answer()
    },
    stop: () => void child.kill()
  }
}
