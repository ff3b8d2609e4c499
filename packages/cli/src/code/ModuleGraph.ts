import { existsSync, readdirSync, realpathSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { dirname, extname, join, resolve } from "node:path"
import type { Loader } from "esbuild"
import { packageOf } from "./SourceFiles.ts"

/** A source file as the hash reads it. */
export interface Module {
  /** The code without comments, layout, types and the extensions of relative imports. */
  readonly code: string
  /** The imported files, without installed packages. */
  readonly imports: ReadonlyArray<string>
}

/**
 * Returns the modules that files reach by imports, by path. Installed packages are left out; packages of the workspace are
 * followed. Rejects if a module cannot be parsed. Runs esbuild once, and transforms each module once.
 */
export const read = async (files: ReadonlyArray<string>): Promise<ReadonlyMap<string, Module>> => {
  const [first] = files
  if (first === undefined) return new Map()
  const esbuild = await import("esbuild")
  const folder = dirname(first)
  // No plugins: esbuild prints its own stack if the process ends while a plugin is waiting.
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
    external: [...installed(files.map(dirname))].flatMap((name) => [name, `${name}/*`]),
    metafile: true,
    write: false,
    logLevel: "silent"
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

/**
 * Makes a source equal to the JavaScript that was compiled from it: `./a.ts` becomes `./a.js`, and an empty export is removed.
 */
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

/** The names of the packages that are installed for code in `folders` and for the workspace packages that it may import. */
const installed = (folders: ReadonlyArray<string>): ReadonlySet<string> => {
  const names = new Set<string>()
  const seen = new Set(folders)
  for (const folder of seen) {
    if (dirname(folder) !== folder) seen.add(dirname(folder))
    for (const [name, path] of packagesIn(join(folder, "node_modules"))) {
      if (packageOf(path) === undefined) seen.add(path)
      else names.add(name)
    }
  }
  return names
}

const packagesIn = (folder: string): ReadonlyArray<readonly [name: string, path: string]> => {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith(".")) return []
    const path = join(folder, name)
    if (!name.startsWith("@")) return [[name, realpathSync(path)] as const]
    return readdirSync(path).map((inScope) => [`${name}/${inScope}`, realpathSync(join(path, inScope))] as const)
  })
}
