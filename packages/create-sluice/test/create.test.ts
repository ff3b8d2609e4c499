import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"

const program = fileURLToPath(new URL("../bin/create-sluice.mjs", import.meta.url))
const read = (path: string) => readFileSync(path, "utf8")

const parent = mkdtempSync(join(tmpdir(), "create-sluice-"))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

const create = (args: ReadonlyArray<string>, agent = "npm/10.8.2 node/v20.20.2") => {
  const env = { PATH: process.env["PATH"] ?? "", npm_config_user_agent: agent }
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...args], { cwd: parent, env, encoding: "utf8" })
  return { status, stderr, stdout }
}

it("a new folder gets all files of the pipeline, its name in them, and what to do next is printed", () => {
  expect(create(["kiosk"])).toEqual({
    status: 0,
    stderr: "",
    stdout: `Created the pipeline kiosk in ${join(parent, "kiosk")}. Next:

  cd kiosk
  npm install
  npm test
  npx sluice materialize --all
  npx sluice query "select * from revenue" --as analyst
`
  })
  const folder = join(parent, "kiosk")
  expect(readdirSync(folder).sort()).toEqual([
    ".env.example",
    ".gitignore",
    "README.md",
    "package.json",
    "pnpm-workspace.yaml",
    "revenue.ts",
    "sales.csv",
    "sales.test.ts",
    "sales.ts",
    "sluice.config.ts",
    "tsconfig.json"
  ])
  expect(readdirSync(folder).filter((name) => read(join(folder, name)).includes("my-pipeline"))).toEqual([])
  expect(JSON.parse(read(join(folder, "package.json"))).name).toBe("kiosk")
})

it("pnpm's users are told pnpm's commands", () => {
  const { stdout } = create(["other"], "pnpm/12.21.0 npm/? node/v20.20.2")
  expect(stdout.match(/^ {2}p?npm .*$/gm)).toEqual(["  pnpm install", "  pnpm test"])
})

it("an empty folder is filled", () => {
  mkdirSync(join(parent, "empty"))
  expect(create(["empty"]).status).toBe(0)
})

it("nothing is written to a folder that is not empty, over a file, or under a name that no pipeline can have", () => {
  mkdirSync(join(parent, "full"))
  writeFileSync(join(parent, "full/notes.txt"), "mine")
  writeFileSync(join(parent, "file"), "mine")
  const before = readdirSync(parent)
  expect([["full"], ["file"], ["My Pipeline"], [], ["a", "b"], ["--force"]].map((args) => create(args))).toEqual(
    [
      `✗ ${join(parent, "full")} is not empty. Choose another folder.\n`,
      `✗ ${join(parent, "file")} is not a folder. Choose another name.\n`,
      `✗ "My Pipeline" cannot be a pipeline's name. Use lower-case letters, digits, - and _, and begin with a letter.\n`,
      "✗ Name one folder: `npm create sluice my-pipeline`.\n",
      "✗ Name one folder: `npm create sluice my-pipeline`.\n",
      "✗ There is no option --force. Name a folder: `npm create sluice my-pipeline`.\n"
    ].map((stderr) => ({ status: 2, stdout: "", stderr }))
  )
  expect([readdirSync(parent), readdirSync(join(parent, "full"))]).toEqual([before, ["notes.txt"]])
})

it("a folder that cannot be made is refused with the reason, and without a stack", () => {
  writeFileSync(join(parent, "text"), "mine")
  const folder = join(parent, "text/kiosk")
  const stderr = `✗ ${folder} cannot be filled (ENOTDIR). Check the path, its permissions and the disk, and remove what is there before you try again.\n`
  expect(create(["text/kiosk"])).toEqual({ status: 2, stdout: "", stderr })
})

it("a path with blanks is printed as a shell reads it", () => {
  expect(create(["a friend's/kiosk"]).stdout).toMatch(/^ {2}cd 'a friend'\\''s\/kiosk'$/m)
})

it("the template asks for the packages of this repository, and for the versions that they are tested with", () => {
  const packages = fileURLToPath(new URL("../..", import.meta.url))
  const { dependencies, devDependencies } = JSON.parse(read(join(packages, "create-sluice/template/package.json")))
  const workspace = read(join(packages, "../pnpm-workspace.yaml"))
  const versionOf = (name: string) =>
    name.startsWith("@sluice/")
      ? JSON.parse(read(join(packages, name.slice("@sluice/".length), "package.json"))).version
      : workspace.match(new RegExp(`^  "?${name}"?: (\\d\\S+)$`, "m"))?.[1]
  const wanted = { ...dependencies, ...devDependencies }
  expect(wanted).toEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, `^${versionOf(name)}`])))
})
