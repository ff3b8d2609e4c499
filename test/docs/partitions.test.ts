import { join } from "node:path"
import { expect, it } from "vitest"
import * as Page from "./Page.ts"

const { repository } = Page
const page = Page.read("partitions.md")
const files = Page.filesOn(page)

it("the page's files compile, and its test passes", { timeout: 180_000 }, async () => {
  const folder = Page.written(files)
  for (const command of [join(repository, "node_modules/.bin/tsc -p ."), "node_modules/.bin/vitest run"]) {
    const { code, output } = await Page.run(folder, command)
    expect(code, output).toBe(0)
  }
  expect([...page.matchAll(/^```ts\n/gm)]).toHaveLength(Object.keys(files).filter((name) => name.endsWith(".ts")).length)
})

it("the page's commands do what it shows", { timeout: 300_000 }, async () => {
  const folder = Page.written(files)
  const commands = Page.commandsOn(page)
  let backfill = ""
  const missing: Array<unknown> = []
  for (const shown of commands) {
    const { output } = await Page.run(folder, shown.command.replace("BACKFILL", backfill))
    backfill = /^\d{8}-\d{6}-\w+/m.exec(output)?.[0] ?? backfill
    missing.push(Page.missingOf(shown, output))
  }
  expect(missing).toEqual(commands.map(({ command }) => ({ command, missing: [] })))
  expect(commands).toHaveLength(22)
})
