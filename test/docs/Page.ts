import { execFile } from "node:child_process"
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

/**
 * Runs a shell command, and returns its exit code and all of its output. A worker that waited for a minute without turning its event
 * loop would be given up by its test run.
 */
export const run = (cwd: string, command: string): Promise<{ readonly code: unknown; readonly output: string }> => {
  const { PATH = "", HOME = "" } = process.env
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${command} 2>&1`], { cwd, env: { PATH, HOME }, maxBuffer: 2 ** 26 }, (error, output) =>
      resolve({ code: error === null ? 0 : error.code, output })
    )
  })
}

/** A command that a page shows, and the lines of its output that the page shows and the command does not print. */
export const missingOf = ({ command, lines }: ReturnType<typeof commandsOn>[number], output: string) => ({
  command,
  missing: lines.filter((line) => !output.includes(line)).map((line) => `${line} is not in ${output}`)
})

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
