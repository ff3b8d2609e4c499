// `pnpm bench [NAME …] [--small] [--flag value …]`: bundles and runs the scripts in bench/, each of which prints a table, with
// its floor measured in the same run, and writes bench/results/NAME.json. Without a name it runs all of them; `--help` lists
// them.
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
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

if (flags.includes("--help")) {
  for (const name of all) {
    const source = readFileSync(join(root, "bench", `${name}.bench.ts`), "utf8")
    const text = source
      .slice(3, source.indexOf("*/"))
      .replace(/\n? \* ?/g, " ")
      .replace(/\s+/g, " ")
    console.log(`${name}\n  ${text.trim()}\n`)
  }
  process.exit(0)
}
const unknown = names.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. There are: ${all.join(", ")}.`)
  process.exit(2)
}

/** Drivers stay outside of the bundle: they are native or generate code, and only their own package can find them. */
const requireOfDriver = createRequire(join(root, "packages/warehouse/package.json"))
const drivers = {
  name: "drivers",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^(?:libsql|mysql2)(?:\/|$)/ }, ({ path }) => ({
      path: requireOfDriver.resolve(path),
      external: true
    }))
}

const out = join(root, "node_modules", ".cache", "sluice", "bench")
const chosen = names.length === 0 ? all : names
await build({
  entryPoints: [...chosen.map((name) => `${name}.bench.ts`), "processes/apiServer.ts"].map((file) =>
    join(root, "bench", file)
  ),
  outbase: join(root, "bench"),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  plugins: [drivers],
  logLevel: "error"
})
for (const name of chosen) {
  const bench = join(out, `${name}.bench.mjs`)
  const { status } = spawnSync(process.execPath, ["--expose-gc", bench, ...flags], { stdio: "inherit", cwd: root })
  if (status !== 0) process.exit(status ?? 1)
}
