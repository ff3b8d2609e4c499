import { type ChildProcess, spawn } from "node:child_process"
import { createRequire } from "node:module"
import { join } from "node:path"
import { execPath } from "node:process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { build } from "esbuild"

/** Bundles a child into a directory. The drivers stay in their place. */
export const bundleChild = (directory: string, child = new URL("./publisher.child.ts", import.meta.url)) =>
  Effect.promise(async () => {
    const outfile = join(directory, "child.mjs")
    const { resolve } = createRequire(fileURLToPath(new URL("../../package.json", import.meta.url)))
    await build({
      entryPoints: [fileURLToPath(child)],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "silent",
      plugins: [
        {
          name: "drivers",
          setup: (plugins) =>
            plugins.onResolve({ filter: /^(?:libsql|mysql2)(?:\/|$)/ }, ({ path }) => ({
              path: resolve(path),
              external: true
            }))
        }
      ]
    })
    return outfile
  })

/** A running child. */
export interface Child {
  /** Waits until the child has staged its rows. */
  readonly staged: Effect.Effect<void>
  /** Kills the child like a crash, and waits for its end. */
  readonly kill: Effect.Effect<void>
  /** Waits for its end. Returns the exit code and stderr. */
  readonly ended: Effect.Effect<readonly [code: number | null, stderr: string]>
}

/** Starts a child; it is killed with the scope. */
export const startChild = (bundle: string, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync((): Child & { readonly process: ChildProcess } => {
      const child = spawn(execPath, [bundle, ...args], { stdio: ["ignore", "pipe", "pipe"] })
      let stderr = ""
      child.stderr.on("data", (data) => {
        stderr += String(data)
      })
      const closed = new Promise<readonly [number | null, string]>((resolve) => {
        child.on("close", (code) => resolve([code, stderr]))
      })
      const staged = new Promise<void>((resolve) => {
        child.stdout.once("data", () => resolve())
      })
      return {
        process: child,
        staged: Effect.promise(() => Promise.race([staged, closed.then(() => undefined)])),
        kill: Effect.promise(() => {
          child.kill("SIGKILL")
          return closed
        }),
        ended: Effect.promise(() => closed)
      }
    }),
    (child) => Effect.sync(() => child.process.kill("SIGKILL"))
  )
