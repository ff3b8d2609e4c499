// Every gate, in one command: `pnpm check`. Static gates run side by side; tests come last. `pnpm check --static` leaves
// the tests out. Exits with 1 when a gate fails, after all of them have had their say.
import { spawn } from "node:child_process"

const gates = [
  ["types, and what must not compile", "tsc -p ."],
  ["format, lint, import cycles, boundaries", "biome ci --colors=off --error-on-warnings ."],
  ["unused code and dependencies", "knip --no-progress --no-config-hints"],
  ["the packages' public modules", "node scripts/exports.mjs --check"]
]
const tests = ["tests, at full size", "vitest run"]

const run = ([name, command]) =>
  new Promise((resolve) => {
    const started = Date.now()
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] })
    const output = []
    child.stdout.on("data", (chunk) => output.push(chunk))
    child.stderr.on("data", (chunk) => output.push(chunk))
    child.on("close", (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${command}, ${seconds} s)`)
      if (code !== 0) process.stdout.write(Buffer.concat(output))
      resolve(code === 0)
    })
  })

const runLoudly = ([name, command]) =>
  new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: "inherit", env: { ...process.env, TEST_SIZE: "full" } })
    child.on("close", (code) => {
      console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${command})`)
      resolve(code === 0)
    })
  })

const outcomes = await Promise.all(gates.map(run))
if (!process.argv.includes("--static")) outcomes.push(await runLoudly(tests))
process.exitCode = outcomes.every(Boolean) ? 0 : 1
