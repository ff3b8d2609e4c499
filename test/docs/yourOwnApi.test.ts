import { spawnSync } from "node:child_process"
import { symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { emptyDirectory } from "../../packages/cli/test/support.ts"
import * as Page from "./Page.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))
const page = Page.read("your-own-api.md")
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

it("the page's files compile, its pipeline is valid, and its test passes", { timeout: 180_000 }, () => {
  const folder = written()
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
