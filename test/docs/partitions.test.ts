import { spawnSync } from "node:child_process"
import { symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { emptyDirectory } from "../../packages/cli/test/support.ts"
import * as Page from "./Page.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))
const page = Page.read("partitions.md")
const files = Page.filesOn(page)

/** The page's files in a folder, with the shop's dependencies installed. */
const written = (): string => {
  const folder = emptyDirectory()
  symlinkSync(join(repository, "examples/shop/node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  const tsconfig = {
    extends: join(repository, "tsconfig.base.json"),
    compilerOptions: { typeRoots: [join(repository, "node_modules/@types")] },
    include: ["*.ts"]
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const { PATH = "", HOME = "" } = process.env
const run = (cwd: string, command: string) =>
  spawnSync("sh", ["-c", `${command} 2>&1`], { cwd, env: { PATH, HOME }, encoding: "utf8" })

it("the page's files compile, and its test passes", { timeout: 180_000 }, () => {
  const folder = written()
  const outputs = [join(repository, "node_modules/.bin/tsc -p ."), "node_modules/.bin/vitest run"].map((command) => {
    const { status, stdout } = run(folder, command)
    return status === 0 ? "ok" : stdout
  })
  expect(outputs).toEqual(["ok", "ok"])
  expect([...page.matchAll(/^```ts\n/gm)]).toHaveLength(Object.keys(files).filter((name) => name.endsWith(".ts")).length)
})

it("the page's commands do what it shows", { timeout: 300_000 }, () => {
  const folder = written()
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
