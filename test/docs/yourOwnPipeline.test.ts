import { spawnSync } from "node:child_process"
import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { emptyDirectory } from "../../packages/cli/test/support.ts"

const page = readFileSync(new URL("../../docs/your-own-pipeline.md", import.meta.url), "utf8")
const repository = fileURLToPath(new URL("../..", import.meta.url))
const shop = join(repository, "examples/shop")

/** The files that the page shows, by their names. */
const files = Object.fromEntries(
  [...page.matchAll(/^`([\w.]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => [name, text])
)

/** The commands that the page shows, each with the lines that it shows of its output. */
const commands = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((shown) => {
      const [command = "", ...lines] = shown.trimEnd().split("\n")
      return { command, lines: lines.filter((line) => line !== "…") }
    })
)

it("the page's folder needs only what the shop has, which CI installs", () => {
  const own = JSON.parse(files["package.json"] ?? "")
  const its = JSON.parse(readFileSync(join(shop, "package.json"), "utf8"))
  expect([its.dependencies, its.devDependencies]).toMatchObject([own.dependencies, own.devDependencies])
})

/** The page's files, in a folder where what the shop needs is installed. */
const folderOfPage = (): string => {
  const folder = emptyDirectory()
  symlinkSync(join(shop, "node_modules"), join(folder, "node_modules"))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

it("the page's files compile", { timeout: 180_000 }, () => {
  const folder = folderOfPage()
  const tsconfig = {
    extends: join(repository, "tsconfig.base.json"),
    compilerOptions: { typeRoots: [join(repository, "node_modules/@types")] },
    include: ["*.ts"]
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
  const { stdout } = spawnSync(join(repository, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" })
  expect(stdout).toBe("")
})

it("the page's files and commands do what it shows", { timeout: 180_000 }, () => {
  const folder = folderOfPage()
  const { PATH = "", HOME = "" } = process.env
  const missing = commands.map(({ command, lines }) => {
    const { stdout } = spawnSync("sh", ["-c", `${command} 2>&1`], { cwd: folder, env: { PATH, HOME }, encoding: "utf8" })
    return { command, missing: lines.filter((line) => !stdout.includes(line)).map((line) => `${line} is not in ${stdout}`) }
  })
  expect(missing).toEqual(commands.map(({ command }) => ({ command, missing: [] })))
  expect(commands).toHaveLength(8)
})
