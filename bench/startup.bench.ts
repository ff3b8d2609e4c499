/** The start-up time of the command line, as whole processes, against an empty Node process. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { flag, inTurn, report } from "./harness.ts"
import { assetsCommand } from "./Processes.ts"

const runs = flag("runs", 9, 3)
const command = assetsCommand()
const directory = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const assets = (...args: ReadonlyArray<string>) => {
  const { status, stderr } = spawnSync(process.execPath, [...command, ...args], { cwd: directory, encoding: "utf8" })
  if (status !== 0) throw new Error(`assets ${args.join(" ")} ended with ${status}: ${stderr}`)
}

try {
  assets("materialize", "--all")
  const [empty = 0, list = 0, help = 0, plan = 0] = await inTurn(
    runs,
    () => spawnSync(process.execPath, ["-e", "0"]),
    () => assets("list"),
    () => assets("--help"),
    () => assets("plan", "--all")
  )
  const floor = { what: "node -e 0", value: empty }
  report("startup", `medians of ${runs} runs in turn, the bundle warm`, [
    { what: "assets list", unit: "ms", value: list, floor },
    { what: "assets --help", unit: "ms", value: help, floor },
    { what: "assets plan --all", unit: "ms", value: plan, floor }
  ])
} finally {
  rmSync(directory, { recursive: true, force: true })
}
