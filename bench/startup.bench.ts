/**
 * The start-up time of the command line, and of the test of one asset, as whole processes. The floors are an empty Node process,
 * and an empty test file. The test is that of a new project with packed packages; with `--small`, or without a registry, it uses
 * the workspace's sources.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { flag, inTurn, report } from "./harness.ts"
import { assetsCommand } from "./Processes.ts"
import * as Project from "./Project.ts"

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
  const project = Project.create(directory, { install: !process.argv.includes("--small") })
  const [emptyFile = 0, testFile = 0] = await inTurn(
    runs,
    () => Project.test(project, "empty.test.ts"),
    () => Project.test(project, "sales.test.ts")
  )
  report("startup", `medians of ${runs} runs in turn, the bundle warm`, [
    { what: "assets list", unit: "ms", value: list, floor },
    { what: "assets --help", unit: "ms", value: help, floor },
    { what: "assets plan --all", unit: "ms", value: plan, floor },
    {
      what: `the test of one asset, with ${project.packages}`,
      unit: "ms",
      value: testFile,
      floor: { what: "an empty test file", value: emptyFile }
    }
  ])
} finally {
  rmSync(directory, { recursive: true, force: true })
}
