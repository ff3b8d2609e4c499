import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../..", import.meta.url))

/** Packs all packages into `folder`; returns the paths of their tarballs. */
export const packInto = async (folder: string): Promise<ReadonlyArray<string>> => {
  const packed = await run(repository, process.execPath, join(repository, "scripts/pack.mjs"), folder)
  if (packed.status !== 0) throw new Error(`The packages cannot be packed:\n${packed.output}`)
  return readdirSync(folder).map((name) => join(folder, name))
}

/** A newcomer's environment, without the settings of vitest and of the package manager. */
const environment = () => {
  const { PATH = "", HOME = "", TMPDIR = "/tmp" } = process.env
  return { PATH, HOME, TMPDIR, CI: "true", npm_config_update_notifier: "false" }
}

interface Finished {
  readonly command: string
  readonly status: number | null
  readonly output: string
}

/** Runs a command in a folder. Returns its exit code and its output. */
export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment(), stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text
      })
    }
    child.on("error", reject)
    child.on("close", (status) => resolve({ command: [command, ...args].join(" "), status, output }))
  })
