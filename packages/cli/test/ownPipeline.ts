import { spawn } from "node:child_process"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { emptyDirectory } from "./support.ts"

const repository = fileURLToPath(new URL("../../..", import.meta.url))
const program = join(repository, "packages/cli/bin/sluice.cjs")

/** A folder of somebody's own, with what they have installed and these files. */
export const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = emptyDirectory()
  mkdirSync(join(folder, "node_modules/@sluice"), { recursive: true })
  symlinkSync(join(repository, "node_modules/effect"), join(folder, "node_modules/effect"))
  for (const name of ["core", "warehouse"]) {
    symlinkSync(join(repository, "packages", name), join(folder, "node_modules/@sluice", name))
  }
  write(folder, files)
  return folder
}

export const write = (folder: string, files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `sluice …` to its end. */
export const sluice = (cwd: string, ...args: ReadonlyArray<string>) => sluiceWith({}, cwd, ...args)

/** A process of `sluice …`. */
interface Running {
  readonly finished: Promise<Finished>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves when it has written a text. */
  readonly says: (text: string) => Promise<void>
}

/** Starts `sluice …`, with settings in its environment. */
export const startWith = (env: Readonly<Record<string, string>>, cwd: string, ...args: ReadonlyArray<string>): Running => {
  const { PATH = "", HOME = "" } = process.env
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const said = { stdout: "", stderr: "" }
  let check = () => {}
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text) => {
      said[name] += text
      check()
    })
  }
  return {
    finished: new Promise((resolve) => {
      child.on("close", (status) => resolve({ status, ...said }))
    }),
    kill: (signal) => void child.kill(signal),
    says: (text) =>
      new Promise((resolve, reject) => {
        check = () => {
          if (said.stdout.includes(text) || said.stderr.includes(text)) resolve()
        }
        child.on("close", () => reject(new Error(`it ended without saying "${text}": ${said.stderr}`)))
        check()
      })
  }
}

/** Runs `sluice …` to its end, with settings in its environment. */
export const sluiceWith = (env: Readonly<Record<string, string>>, cwd: string, ...args: ReadonlyArray<string>) =>
  startWith(env, cwd, ...args).finished
