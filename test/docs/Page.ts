import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { emptyDirectory } from "../../packages/cli/test/support.ts"

export const repository = fileURLToPath(new URL("../..", import.meta.url))

/** The text of a page in `docs/`. */
export const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8")

/** The files that a page shows, by name: a line with the name, then a block with the text. */
export const filesOn = (page: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...page.matchAll(/^`([\w.]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => [name, text])
  )

/** The commands that a page shows, each with the lines of its output that are shown: `…` stands for others. */
export const commandsOn = (
  page: string
): ReadonlyArray<{ readonly command: string; readonly lines: ReadonlyArray<string> }> =>
  [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((shown) => {
        const [command = "", ...lines] = shown.trimEnd().split("\n")
        return { command, lines: lines.filter((line) => line !== "…") }
      })
  )

/** A page's files in a folder, with the shop's dependencies installed. */
export const written = (files: Readonly<Record<string, string>>): string => {
  const folder = emptyDirectory()
  symlinkSync(join(repository, "examples/shop/node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  const tsconfig = {
    extends: join(repository, "tsconfig.base.json"),
    compilerOptions: { typeRoots: [join(repository, "node_modules/@types")] },
    include: ["*.ts"]
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
