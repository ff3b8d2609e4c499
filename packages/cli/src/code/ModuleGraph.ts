import { readFile } from "node:fs/promises"
import { isBuiltin } from "node:module"
import { dirname, extname, resolve } from "node:path"
import type { Loader, Plugin } from "esbuild"
import { packageOf } from "./SourceFiles.ts"

/** A source file as it counts for versions. */
export interface Module {
  /** Its code without comments, layout, types and the extensions of relative imports. */
  readonly code: string
  /** The files that it imports, installed packages left out. */
  readonly imports: ReadonlyArray<string>
}

/**
 * The modules that files reach by imports, by path. Installed packages are left out; packages of the same workspace are
 * followed. Rejects if a module cannot be parsed. Costs one run of esbuild and one transformation for each module.
 */
export const read = async (files: ReadonlyArray<string>): Promise<ReadonlyMap<string, Module>> => {
  const [first] = files
  if (first === undefined) return new Map()
  const esbuild = await import("esbuild")
  const folder = dirname(first)
  const { metafile } = await esbuild.build({
    absWorkingDir: folder,
    stdin: {
      contents: files.map((file) => `import ${JSON.stringify(file)}\n`).join(""),
      resolveDir: folder,
      sourcefile: entry
    },
    bundle: true,
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
    plugins: [ownModules]
  })
  const modules = Object.entries(metafile.inputs).filter(([path]) => path !== entry)
  return new Map(
    await Promise.all(
      modules.map(async ([path, { imports }]) => {
        const file = resolve(folder, path)
        const { code } = await esbuild.transform(await readFile(file, "utf8"), {
          loader: loaderOf(file),
          minifyWhitespace: true,
          legalComments: "none"
        })
        const own = imports.filter(({ external }) => external !== true)
        const specifiers = own.flatMap(({ original }) => original ?? [])
        return [
          file,
          { code: normalized(code, specifiers), imports: own.map(({ path: to }) => resolve(folder, to)) }
        ] as const
      })
    )
  )
}

const entry = "sluice:entry"

/** The same for a source and for the JavaScript that was made of it: `./a.ts` is `./a.js`, and an empty export is nothing. */
const normalized = (code: string, specifiers: ReadonlyArray<string>): string =>
  specifiers
    .filter((specifier) => specifier.startsWith("."))
    .reduce(
      (text, specifier) => text.replaceAll(JSON.stringify(specifier), JSON.stringify(specifier.replace(extension, ""))),
      code
    )
    .replace(/export\{\};?\s*$/, "")
    .trim()

const extension = /\.[cm]?[jt]sx?$/

const loaderOf = (file: string): Loader => {
  const name = extname(file).replace(/^\.[cm]/, ".")
  return name === ".ts" || name === ".tsx" || name === ".jsx" || name === ".json" ? (name.slice(1) as Loader) : "js"
}

/** Leaves out what is installed, and what cannot be resolved: it is not there when the asset runs either. */
const ownModules: Plugin = {
  name: "own-modules",
  setup: ({ onResolve, resolve }) => {
    const installed = new Set<string>()
    onResolve({ filter: /^[^./]/ }, async ({ importer, kind, path, pluginData, resolveDir }) => {
      if (pluginData === entry) return undefined
      const [name = path] = /^(?:@[^/]+\/)?[^/]+/.exec(path) ?? []
      if (isBuiltin(path) || installed.has(name)) return { path, external: true }
      const found = await resolve(path, { importer, kind, pluginData: entry, resolveDir })
      if (found.errors.length === 0 && !found.external && packageOf(found.path) === undefined) return found
      installed.add(name)
      return { path, external: true }
    })
  }
}
