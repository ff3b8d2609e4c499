// Compiles the packages that can be published: JavaScript and declarations of each module, in its package's `dist`. The modules of
// this repository import the sources; nothing needs this build but what is packed.
import { spawnSync } from "node:child_process"
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { libraries, root } from "./published.mjs"

const compiled = join(root, "node_modules/.cache/build")
rmSync(compiled, { recursive: true, force: true })
const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit"
})
if (status !== 0) process.exit(1)

for (const name of libraries) {
  const dist = join(root, "packages", name, "dist")
  rmSync(dist, { recursive: true, force: true })
  cpSync(join(compiled, name, "src"), dist, { recursive: true })
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue
    // The compiler renames the modules that JavaScript imports, and not those that declarations import.
    const text = readFileSync(join(dist, file), "utf8")
    writeFileSync(join(dist, file), text.replaceAll(/((?:from|import) ?\(?"\.[^"]*)\.ts"/g, '$1.js"'))
  }
}
