import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build, type Metafile } from "esbuild"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const names = readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "src")))
const pii = "packages/pii/src/Pii.ts"

const sources = names.flatMap((name) =>
  readdirSync(join(root, "packages", name, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
)

/** Every resolved import of a value in the sources, by importing file; `import()` and `require` included. */
const importsOf = async (stdin?: {
  readonly contents: string
  readonly resolveDir: string
}): Promise<Metafile["inputs"]> => {
  const { metafile } = await build({
    absWorkingDir: root,
    ...(stdin === undefined ? { entryPoints: sources } : { stdin: { ...stdin, loader: "ts" } }),
    bundle: true,
    metafile: true,
    write: false,
    outdir: "out",
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [
      {
        name: "other people's packages",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path }) =>
            path.startsWith("@sluice/") || path.startsWith("packages/") ? undefined : { path, external: true }
          )
      }
    ]
  })
  return metafile.inputs
}

const importersOf = (inputs: Metafile["inputs"], path: string): ReadonlyArray<string> =>
  Object.entries(inputs)
    .filter(([, { imports }]) => imports.some((one) => one.path === path))
    .map(([importer]) => importer)
    .sort()

const inputs = await importsOf()

it("personal values can be read by core's packed rows, maps, derivations, hashes and tester, and by the mask store", () => {
  expect(Object.keys(inputs).sort()).toEqual([...sources].sort())
  expect(importersOf(inputs, pii)).toEqual([
    "packages/core/src/data/Derivation.ts",
    "packages/core/src/data/MaskMap.ts",
    "packages/core/src/data/Packed.ts",
    "packages/core/src/data/Pii.ts",
    "packages/core/src/fingerprint.ts",
    "packages/core/src/testing/piiEquality.ts",
    "packages/warehouse/src/sql/SqlMaskStore.ts"
  ])
})

it("none of these hands on what reads them, and the class has no static that does", async () => {
  const { Pii, reveal } = await import(pathToFileURL(join(root, pii)).href)
  const statics = Object.getOwnPropertyNames(Pii).filter((name) => typeof Pii[name] === "function")
  expect(statics).toEqual(["make"])
  for (const path of importersOf(inputs, pii)) {
    const exports: Readonly<Record<string, unknown>> = await import(pathToFileURL(join(root, path)).href)
    expect(Object.values(exports)).not.toContain(reveal)
  }
})

it("only core and the warehouse can resolve the package that reads them, and no package reaches into another's files", async () => {
  const dependents = names.filter((name) => {
    const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))
    return Object.hasOwn({ ...manifest.dependencies, ...manifest.devDependencies }, "@sluice/pii")
  })
  expect(dependents).toEqual(["core", "warehouse"])
  for (const from of [".", "packages/assets/src", "packages/cli/src"]) {
    const importing = importsOf({ contents: 'export { reveal } from "@sluice/pii"', resolveDir: join(root, from) })
    await expect(importing).rejects.toThrow(/Could not resolve "@sluice\/pii"/)
  }
  const packageOf = (path: string) => path.split("/").slice(0, 2).join("/")
  const reaching = Object.entries(inputs).flatMap(([importer, { imports }]) =>
    imports.filter(
      ({ external, original = "", path }) =>
        external !== true && original.startsWith(".") && packageOf(path) !== packageOf(importer)
    )
  )
  expect(reaching).toEqual([])
})

it("an import by another name, by a path or by `import()` is found", async () => {
  const resolveDir = join(root, "packages/assets/src")
  const found = async (contents: string) => importersOf(await importsOf({ contents, resolveDir }), pii)
  expect(await found('import { reveal as r } from "../../pii/src/Pii.ts"; export const x = r')).toContain("<stdin>")
  expect(await found('export * from "../../pii/src/Pii.ts"')).toContain("<stdin>")
  expect(await found('export const x = import("../../pii/src/Pii.ts")')).toContain("<stdin>")
})
