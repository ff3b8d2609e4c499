// The public modules of each package are listed in its manifest, as `publishConfig.exports`: what is packed exports these and no
// others. `pnpm exports` adds the modules that another package, an example, the template or a page of docs/ imports, and removes
// the modules that are gone. `--check` says what it would change and fails. Internal modules are never exported.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { libraries, manifestOf, root } from "./published.mjs"

const packages = readdirSync(join(root, "packages"))
const folders = [
  "docs",
  "examples",
  ...packages.flatMap((name) => ["src", "loader", "template"].map((at) => `packages/${name}/${at}`))
]

const imported = /(?:from |import |import\(|resolve\()"@sluice\/([\w-]+)\/([\w/.-]+)"/g
const named = /["`]@sluice\/([\w-]+)\/([\w/.-]+)["`]/g

const filesIn = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
        const path = `${folder}/${entry.name}`
        if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesIn(path)
        return /\.([cm]?[jt]s|md)$/.test(path) ? [path] : []
      })
    : []

/** Every module of a package that is imported, or that a page names, outside of that package. */
const imports = folders
  .flatMap(filesIn)
  .flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(file.endsWith(".md") ? named : imported)]
      .map(([, name, module]) => ({ file, name, module }))
      .filter(({ name }) => libraries.includes(name) && !file.startsWith(`packages/${name}/src/`))
  )

const isInternal = (module) => /(^|\/)internal\//.test(module)

const internal = imports.filter(({ module }) => isInternal(module))
for (const { file, name, module } of internal)
  console.error(`${file} imports @sluice/${name}/${module}, which is internal. Move it.`)

let isStale = internal.length > 0
for (const name of libraries) {
  const manifest = manifestOf(name)
  const listed = manifest.publishConfig?.exports ?? {}
  const wanted = new Set(
    imports.filter((one) => one.name === name && !isInternal(one.module)).map(({ module }) => `./${module}`)
  )
  for (const path of Object.keys(listed)) wanted.add(path)
  const sources = { ...(manifest.exports["."] === undefined ? {} : { ".": manifest.exports["."] }) }
  for (const path of wanted) if (path !== ".") sources[path] = `./src/${path.slice(2)}.ts`
  const kept = Object.entries(sources).filter(([, source]) => existsSync(join(root, "packages", name, source)))
  const exports = Object.fromEntries(
    kept.sort().map(([path, source]) => [path, source.replace("./src/", "./dist/").replace(/\.ts$/, ".js")])
  )
  if (JSON.stringify(exports) === JSON.stringify(listed)) continue
  if (process.argv.includes("--check")) {
    const changed = [...Object.keys(exports), ...Object.keys(listed)].filter((path) => exports[path] !== listed[path])
    console.error(`The public modules of @sluice/${name} have changed (${changed.join(", ")}). Run \`pnpm exports\`.`)
    isStale = true
  } else {
    const text = JSON.stringify({ ...manifest, publishConfig: { ...manifest.publishConfig, exports } }, undefined, 2)
    writeFileSync(join(root, "packages", name, "package.json"), `${text}\n`)
  }
}
process.exitCode = isStale ? 1 : 0
