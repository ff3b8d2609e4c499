// `pnpm bench [NAME …] [--small] [--flag value …]`: bundles and runs the scripts in bench/, each of which prints a table, with
// its floor measured in the same run, and writes bench/results/NAME.json. Without a name it runs all of them.
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const all = readdirSync(join(root, "bench"))
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.slice(0, -".bench.ts".length))
const args = process.argv.slice(2)
const firstFlag = args.findIndex((arg) => arg.startsWith("--"))
const names = firstFlag < 0 ? args : args.slice(0, firstFlag)
const flags = firstFlag < 0 ? [] : args.slice(firstFlag)

const unknown = names.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. There are: ${all.join(", ")}.`)
  process.exit(2)
}

const out = join(root, "node_modules", ".cache", "sluice", "bench")
mkdirSync(out, { recursive: true })
for (const name of names.length === 0 ? all : names) {
  const outfile = join(out, `${name}.mjs`)
  await build({
    entryPoints: [join(root, "bench", `${name}.bench.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "error"
  })
  const { status } = spawnSync(process.execPath, ["--expose-gc", outfile, ...flags], { stdio: "inherit", cwd: root })
  if (status !== 0) process.exit(status ?? 1)
}
