// Builds and packs the packages that can be published: `pnpm pack:all [FOLDER]` writes a tarball of each into dist/, or FOLDER.
import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { published, root } from "./published.mjs"

const folder = resolve(process.argv[2] ?? join(root, "dist"))
const run = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
  if (status !== 0) process.exit(1)
}

mkdirSync(folder, { recursive: true })
run(process.execPath, [join(root, "scripts/build.mjs")])
const filters = published.map((name) => `--filter=./packages/${name}`)
run("npx", ["-y", "pnpm@12", ...filters, "pack", "--pack-destination", folder])
console.log(`Packed ${published.length} packages into ${folder}.`)
