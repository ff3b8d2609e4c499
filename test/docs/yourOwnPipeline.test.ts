import { spawnSync } from "node:child_process"
import { readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { emptyDirectory } from "../../packages/cli/test/support.ts"
import * as Page from "./Page.ts"

const page = Page.read("your-own-pipeline.md")
const repository = fileURLToPath(new URL("../..", import.meta.url))
const shop = join(repository, "examples/shop")

const files = Page.filesOn(page)

const commands = Page.commandsOn(page)

/** A pipeline from `npm create sluice kiosk`, with the shop's dependencies installed. */
const created = (): string => {
  const folder = join(emptyDirectory(), "kiosk")
  const program = join(repository, "packages/create-sluice/bin/create-sluice.mjs")
  expect(spawnSync(process.execPath, [program, folder]).status).toBe(0)
  symlinkSync(join(shop, "node_modules"), join(folder, "node_modules"))
  return folder
}

it("the page shows the files that `npm create sluice kiosk` makes", () => {
  const folder = created()
  expect(Object.keys(files).sort()).toEqual(["revenue.ts", "sales.csv", "sales.test.ts", "sales.ts", "sluice.config.ts"])
  expect(Object.fromEntries(Object.keys(files).map((name) => [name, readFileSync(join(folder, name), "utf8")]))).toEqual(
    files
  )
})

it("the page's commands do what it shows", { timeout: 180_000 }, async () => {
  const folder = created()
  const missing: Array<unknown> = []
  for (const shown of commands) {
    const { output } = await Page.run(folder, shown.command)
    missing.push(Page.missingOf(shown, output))
  }
  expect(missing).toEqual(commands.map(({ command }) => ({ command, missing: [] })))
  expect(commands).toHaveLength(8)
})
