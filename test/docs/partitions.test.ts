import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Page from "./Page.ts"

const { repository } = Page
const page = Page.read("partitions.md")
const files = Page.filesOn(page)

const { PATH = "", HOME = "" } = process.env
const run = (cwd: string, command: string) =>
  spawnSync("sh", ["-c", `${command} 2>&1`], { cwd, env: { PATH, HOME }, encoding: "utf8" })

it("the page's files compile, and its test passes", { timeout: 180_000 }, () => {
  const folder = Page.written(files)
  const outputs = [join(repository, "node_modules/.bin/tsc -p ."), "node_modules/.bin/vitest run"].map((command) => {
    const { status, stdout } = run(folder, command)
    return status === 0 ? "ok" : stdout
  })
  expect(outputs).toEqual(["ok", "ok"])
  expect([...page.matchAll(/^```ts\n/gm)]).toHaveLength(Object.keys(files).filter((name) => name.endsWith(".ts")).length)
})

it("the page's commands do what it shows", { timeout: 300_000 }, () => {
  const folder = Page.written(files)
  const commands = Page.commandsOn(page)
  let backfill = ""
  const missing = commands.map(({ command, lines }) => {
    const { stdout } = run(folder, command.replace("BACKFILL", backfill))
    backfill = /^\d{8}-\d{6}-\w+/m.exec(stdout)?.[0] ?? backfill
    return { command, missing: lines.filter((line) => !stdout.includes(line)).map((line) => `${line} is not in ${stdout}`) }
  })
  expect(missing).toEqual(commands.map(({ command }) => ({ command, missing: [] })))
  expect(commands).toHaveLength(22)
})
