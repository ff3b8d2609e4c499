import { spawn } from "node:child_process"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import type { Program } from "@sluice/cli/wiring/ThisProgram"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** A running process. */
export interface Running {
  readonly pid: number
  readonly signal: (name: NodeJS.Signals) => void
  /** Waits until standard error has this text. */
  readonly says: (text: string) => Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
}

/** Starts a process without this process's settings, except for PATH. The scope's end kills it. */
export const start = (
  program: Program,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly stdin: string }
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.map(path, (PATH) => {
        const child = spawn(program.file, [...program.args, ...args], {
          cwd: options.cwd,
          env: { PATH, LANG: "C.UTF-8", ...options.env },
          stdio: ["pipe", "pipe", "pipe"]
        })
        // A process that does not read its input may end before it is written.
        child.stdin.on("error", () => {}).end(options.stdin)
        const stdout: Array<Buffer> = []
        const stderr: Array<Buffer> = []
        child.stdout.on("data", (part) => stdout.push(part))
        child.stderr.on("data", (part) => stderr.push(part))
        const said = (text: string) => Buffer.concat(stderr).includes(text)
        const ended = new Promise<Ended>((resolve) => {
          child.on("close", (code, signal) =>
            resolve({ code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) })
          )
          child.on("error", () => resolve({ code: null, signal: null, stdout: Buffer.of(), stderr: Buffer.of() }))
        })
        return { child, ended, said }
      }),
      ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    ({ child, ended, said }) => ({
      pid: child.pid ?? 0,
      signal: (name) => void child.kill(name),
      says: (text) => Effect.repeat(Effect.sleep("10 millis"), { until: () => said(text) }),
      ended: Effect.promise(() => ended)
    })
  )

/**
 * The contents of a process's open unnamed files below a directory, such as spilled rows. Empty on systems other than Linux.
 */
export const unnamedFiles = (pid: number, under: string): Effect.Effect<ReadonlyArray<Buffer>> =>
  Effect.sync(() => {
    try {
      const descriptors = `/proc/${pid}/fd`
      return readdirSync(descriptors).flatMap((name) => {
        const target = linkOf(`${descriptors}/${name}`)
        return target.startsWith(under) && target.endsWith(" (deleted)") ? [readFileSync(`${descriptors}/${name}`)] : []
      })
    } catch {
      return []
    }
  })

/** The PATH. */
const path = Effect.orElseSucceed(Config.string("PATH"), () => "")

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ""
  }
}
