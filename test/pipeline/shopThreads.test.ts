import { execFile } from "node:child_process"
import { cpSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { emptyDirectory, type Finished } from "../../packages/cli/test/support.ts"
import * as ShopApi from "./ShopApi.ts"

const { folder: shopFolder, program } = ShopApi

/** A copy of the shop. */
const copy = (): string => {
  const folder = emptyDirectory()
  for (const name of [
    "assets",
    "tables",
    "Shop.ts",
    "partitions.ts",
    "sluice.config.ts",
    "sluice.config.thread.ts",
    "rates.csv",
    "package.json"
  ]) {
    cpSync(join(shopFolder, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(shopFolder, "node_modules"), join(folder, "node_modules"))
  return folder
}

const materialize = (cwd: string, env: Readonly<Record<string, string>>) =>
  new Promise<Finished>((resolve) => {
    const { PATH = "", HOME = "" } = process.env
    const command = [program, "materialize", "orders"]
    const child = execFile(process.execPath, command, { cwd, env: { PATH, HOME, ...env } }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr })
    )
  })

it("threads read the lists of any pipeline, from the file beside its configuration", { timeout: 120_000 }, async () => {
  const api = await ShopApi.start()
  onTestFinished(api.stop)
  const env = { SHOP_API_URL: api.url, SLUICE_READING_THREADS: "1" }
  const folder = copy()
  const { code, stderr, stdout } = await materialize(folder, env)
  expect(code, stdout + stderr).toBe(0)

  // A thread that does not know the list fails its step. That proves that the thread reads the list.
  const thread = join(folder, "sluice.config.thread.ts")
  writeFileSync(thread, `import * as ReadThread from "@sluice/cli/wiring/ReadThread"\n\nReadThread.run([])\n`)
  const without = await materialize(folder, env)
  expect([without.code, without.stdout + without.stderr]).toEqual([
    1,
    expect.stringContaining("the pipeline's .thread file does not name the list orders")
  ])
})
