import { join } from "node:path"
import { expect, it } from "vitest"
import * as Page from "./Page.ts"

const { repository } = Page
const page = Page.read("your-own-api.md")
const files = Page.filesOn(page)

it("the page's files compile, its pipeline is valid, and its test passes", { timeout: 180_000 }, async () => {
  const folder = Page.written(files)
  const tsc = join(repository, "node_modules/.bin/tsc -p .")
  for (const command of [tsc, "node_modules/.bin/sluice validate", "node_modules/.bin/vitest run"]) {
    const { code, output } = await Page.run(folder, command)
    expect(code, output).toBe(0)
  }
})

it("every block of TypeScript on the page is a file", () => {
  const blocks = [...page.matchAll(/^```ts\n/gm)]
  expect(Object.keys(files)).toEqual(["sluice.config.ts", "Api.ts", "sources.ts", "authors.ts", "authors.test.ts"])
  expect(blocks).toHaveLength(Object.keys(files).length)
})
