/** The compiler's cost for typed assets: a file with a graph, against the same file without it; and the workspace. */
import { spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { flag, inTurn, report } from "./harness.ts"

const count = flag("assets", 500, 50)
const runs = flag("runs", 5, 1)
const directory = join(process.cwd(), "bench", "results", "types")
const tsc = join(process.cwd(), "node_modules", "typescript", "bin", "tsc")

const head = `import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Effect from "effect/Effect"
`
const names = Array.from({ length: count }, (_, i) => `a${i}`)
const definitions = names.map((name, i) => {
  const ups = i < 3 ? [] : [names[i - 1], names[i - 2], names[Math.floor(i / 2)]]
  const list = [...new Set(ups)].join(", ")
  return `const ${name} = Asset.make("${name}", { upstreams: { ${list} }, materialize: ({ ${list} }) => Effect.succeed({ id: ${i}, of: [${list}].length }) })`
})
const file = (name: string, text: string) => {
  mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(join(directory, name, "assets.ts"), text)
  const config = { extends: join(process.cwd(), "tsconfig.base.json"), include: ["assets.ts"] }
  writeFileSync(join(directory, name, "tsconfig.json"), JSON.stringify(config))
}
const check = (project: string) => () => {
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" })
  if (status !== 0) throw new Error(stdout.slice(0, 2_000))
}

try {
  file("with", `${head}${definitions.join("\n")}\nexport const graph = AssetGraph.make([${names.join(", ")}])\n`)
  file("without", `${head}export const used = [Asset, AssetGraph, Effect]\n`)
  const [typed = 0, bare = 0, workspace = 0] = await inTurn(
    runs,
    check(join(directory, "with")),
    check(join(directory, "without")),
    check(process.cwd())
  )
  report("types", `${count} typed assets in one file, medians of ${runs} runs in turn`, [
    {
      what: `tsc, ${count} assets`,
      unit: "ms",
      value: typed,
      floor: { what: "the same imports without assets", value: bare }
    },
    { what: "tsc, the workspace", unit: "ms", value: workspace }
  ])
} finally {
  rmSync(directory, { recursive: true, force: true })
}
