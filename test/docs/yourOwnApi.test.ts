import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Page from "./Page.ts"

const { repository } = Page
const page = Page.read("your-own-api.md")
const files = Page.filesOn(page)

it("the page's files compile, its pipeline is valid, and its test passes", { timeout: 180_000 }, () => {
  const folder = Page.written(files)
  const { PATH = "", HOME = "" } = process.env
  const run = (command: string, ...args: ReadonlyArray<string>) => {
    const { status, stderr, stdout } = spawnSync(command, args, { cwd: folder, env: { PATH, HOME }, encoding: "utf8" })
    return status === 0 ? "ok" : stdout + stderr
  }
  const installed = (name: string) => join(folder, "node_modules/.bin", name)
  expect([
    run(join(repository, "node_modules/.bin/tsc"), "-p", "."),
    run(installed("sluice"), "validate"),
    run(installed("vitest"), "run")
  ]).toEqual(["ok", "ok", "ok"])
})

it("every block of TypeScript on the page is a file", () => {
  const blocks = [...page.matchAll(/^```ts\n/gm)]
  expect(Object.keys(files)).toEqual(["sluice.config.ts", "Api.ts", "sources.ts", "authors.ts", "authors.test.ts"])
  expect(blocks).toHaveLength(Object.keys(files).length)
})
