import { fork, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Where a process starts, and its environment besides this one's. */
export interface Setting {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Node's options. */
  readonly node?: ReadonlyArray<string>
}

/** The cost of a process, from its start to its end. */
export interface Ran {
  readonly seconds: number
  /** The peak of its resident memory. */
  readonly peakMB: number
  readonly cpuSeconds: number
  readonly output: string
}

/** The path of a file of the bench folder, in the repository that the bench was started from. */
export const benchFile = (...path: ReadonlyArray<string>): string => join(process.cwd(), "bench", ...path)

/** The command of `pnpm assets`: Node's options from package.json, and the script, from any directory. */
export const assetsCommand = (): ReadonlyArray<string> => {
  const { scripts } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8"))
  const [, ...words]: ReadonlyArray<string> = scripts.assets.split(" ")
  return words.map((word) => (word.startsWith("-") ? word : join(process.cwd(), word)))
}

/** The released command line: one bundle, with compiled code beside it from the second start on. */
export const assets = (args: ReadonlyArray<string>, setting: Setting = {}): Promise<Ran> =>
  run([...assetsCommand(), ...args], setting)

/** Runs a Node script to its end. Fails with its output if its exit code is not 0. */
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

/** An API with generated rows, in a process that ends with this one. */
export interface Api {
  readonly url: string
  /** Changes 1% of the API's rows, the newest or on all pages, or restores the first ones. */
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
