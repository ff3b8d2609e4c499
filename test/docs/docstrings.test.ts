import { spawnSync } from "node:child_process"
import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { emptyDirectory } from "../../packages/cli/test/support.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string) => readFileSync(join(repository, path), "utf8")
const names = `${repository}/test/docs/exampleNames.ts`

/** The public modules of all packages: the import of each, and its text. */
const modules = ["core", "warehouse", "rest-source", "files", "cli"].flatMap((name) =>
  Object.entries<string>(JSON.parse(read(`packages/${name}/package.json`)).publishConfig.exports).map(([path, built]) => {
    const source = `packages/${name}/src/${built.slice("./dist/".length, -".js".length)}.ts`
    return { specifier: `@sluice/${name}/${path.slice(2)}`, source, text: read(source) }
  })
)

const exportedBy = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^export (?:const|class|function) (\w+)/gm)].flatMap(([, name]) => name ?? [])

/** Modules whose functions are imported by name, such as `tableAsset`, and not as a namespace. */
const isFlat = (name: string) => /^[a-z]|Asset$|SqlTable$|^RowChecks$/.test(name)

/** The imports of an example: shared names, modules, and exports of its own and of other modules. */
const imports = (example: string, own: (typeof modules)[number]): ReadonlyMap<string, string> => {
  const all = new Map<string, string>([["expect", 'import { expect } from "vitest"']])
  const add = (name: string, text: string) => all.has(name) || all.set(name, `import ${text}`)
  for (const name of ["Effect", "Layer", "Schema", "Stream"]) add(name, `* as ${name} from "effect/${name}"`)
  for (const { specifier, text } of [own, ...modules]) {
    const name = basename(specifier)
    const isNamespace = example.includes(`${name}.`) && !exportedBy(text).includes(name)
    add(name, isNamespace ? `* as ${name} from "${specifier}"` : `{ ${name} } from "${specifier}"`)
  }
  for (const name of exportedBy(readFileSync(names, "utf8"))) add(name, `{ ${name} } from ${JSON.stringify(names)}`)
  for (const { specifier, text } of [own, ...modules.filter((one) => isFlat(basename(one.specifier)))]) {
    for (const name of exportedBy(text)) add(name, `{ ${name} } from "${specifier}"`)
  }
  return all
}

/** A module with a docstring's example, and imports for its undefined names. */
const moduleOf = (example: string, own: (typeof modules)[number]): string => {
  const defined = new Set([...example.matchAll(/(?:const|import \* as) (\w+)/g)].map(([, name]) => name))
  const used = new Set([...example.matchAll(/(?<![.\w"])([A-Za-z]\w*)\b(?!\s*:)/g)].map(([, name = ""]) => name))
  const head = [...imports(example, own)].filter(([name]) => used.has(name) && !defined.has(name)).map(([, text]) => text)
  const body = example.includes("yield* ") ? `export const example = Effect.gen(function* () {\n${example}})\n` : example
  const effect = body === example || used.has("Effect") ? [] : ['import * as Effect from "effect/Effect"']
  return `${[...effect, ...head].join("\n")}\n${body}\nexport {}\n`
}

const examples = modules.flatMap((own) =>
  [...own.text.matchAll(/^ *\* ```ts\n((?: *\*.*\n)*?) *\* ```/gm)].map(([, lines = ""], index) => ({
    file: `${own.source.replaceAll("/", "_").replace(/\.ts$/, "")}_${index + 1}.ts`,
    text: moduleOf(lines.replaceAll(/^ *\* ?/gm, ""), own)
  }))
)

it("the examples in the docstrings of public modules compile", { timeout: 180_000 }, () => {
  const folder = emptyDirectory()
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  for (const { file, text } of examples) writeFileSync(join(folder, file), text)
  const tsconfig = {
    extends: join(repository, "tsconfig.base.json"),
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      verbatimModuleSyntax: false,
      typeRoots: [join(repository, "node_modules/@types")]
    },
    include: ["*.ts"]
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
  const { stdout } = spawnSync(join(repository, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" })
  expect(stdout).toBe("")
  expect(examples.length).toBeGreaterThan(30)
})
