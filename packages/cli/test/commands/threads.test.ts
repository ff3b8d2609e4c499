import { spawn } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, it } from "vitest"
import { emptyDirectory, script, sluice } from "../support.ts"

const counted = async (directory: string) =>
  (await sluice(directory, ["query", "SELECT COUNT(*) FROM messages_raw", "--json"])).stdout

/** Runs a script to its end. */
const run = (file: string, cwd: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  new Promise<{ readonly code: number | null; readonly stderr: string }>((resolve) => {
    const { PATH = "", HOME = "" } = process.env
    const child = spawn(process.execPath, [file, ...args], { cwd, env: { PATH, HOME, ...env } })
    let stderr = ""
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text
    })
    child.stdout.resume()
    child.on("close", (code) => resolve({ code, stderr }))
  })

const materialize = ["materialize", "messages_raw"]
const env = { SLUICE_READING_THREADS: "2" }

// Regression: the run failed after four attempts, and with a relative path as a bug of ours.
it("without the code of threads, answers are read all the same", async () => {
  const [usual, missing, relative] = [emptyDirectory(), emptyDirectory(), emptyDirectory()]
  const codes = [
    (await sluice(usual, materialize, env)).code,
    (await sluice(missing, materialize, { ...env, SLUICE_THREAD_CODE: "/nowhere/at/all.cjs" })).code,
    (await sluice(relative, materialize, { ...env, SLUICE_THREAD_CODE: "thread.cjs" })).code
  ]
  expect([codes, await counted(missing), await counted(relative)]).toEqual([
    [0, 0, 0],
    await counted(usual),
    await counted(usual)
  ])
}, 60_000)

it("where nothing can be written for the next start, each builds by itself, and its runs read without threads", async () => {
  const checkout = emptyDirectory()
  const workspace = dirname(dirname(script))
  for (const name of ["scripts", "pnpm-lock.yaml"]) cpSync(join(workspace, name), join(checkout, name), { recursive: true })
  symlinkSync(join(workspace, "packages"), join(checkout, "packages"))
  mkdirSync(join(checkout, "node_modules"))
  symlinkSync(join(workspace, "node_modules/esbuild"), join(checkout, "node_modules/esbuild"))
  // Nobody can make a directory where a file is, not even root.
  writeFileSync(join(checkout, "node_modules/.cache"), "")
  const store = emptyDirectory()
  const { code, stderr } = await run(join(checkout, "scripts/assets.cjs"), store, materialize, env)
  expect([code, stderr, readdirSync(join(checkout, "node_modules"))]).toEqual([
    0,
    expect.stringContaining("messages_raw"),
    [".cache", "esbuild"]
  ])
}, 60_000)
