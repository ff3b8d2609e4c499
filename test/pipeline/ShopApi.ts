import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the example shop. */
export const folder = fileURLToPath(new URL("../../examples/shop", import.meta.url))
/** The program `sluice`. */
export const program = fileURLToPath(new URL("../../packages/cli/bin/sluice.cjs", import.meta.url))

/** Starts the shop's API on a free port. */
export const start = () =>
  new Promise<{ readonly url: string; readonly stop: () => void }>((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, "api.mjs"), "0"], { stdio: ["ignore", "pipe", "inherit"] })
    const stop = () => void child.kill()
    child.on("close", () => reject(new Error("the shop's API has ended")))
    child.stdout.setEncoding("utf8").on("data", (text) => resolve({ url: /http:\S+/.exec(text)?.[0] ?? "", stop }))
  })
