#!/usr/bin/env node
// `npm create sluice my-pipeline` copies the template into a new folder and puts the pipeline's name in it.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { basename, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const help = `Makes a new Sluice pipeline.

  npm create sluice FOLDER

FOLDER must not exist, or must be empty. Its name becomes the pipeline's name.
`

const template = fileURLToPath(new URL("../template", import.meta.url))
/** Files of the template that contain the pipeline's name, as \`my-pipeline\`. */
const named = ["README.md", "package.json", "sluice.config.ts"]

/** Returns a message if the arguments are wrong; otherwise undefined. */
const problemWith = (args, folder, name) => {
  if (args.length !== 1) return "Name one folder: `npm create sluice my-pipeline`."
  if (args[0].startsWith("-")) return `There is no option ${args[0]}. Name a folder: \`npm create sluice my-pipeline\`.`
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    return `"${name}" cannot be a pipeline's name. Use lower-case letters, digits, - and _, and begin with a letter.`
  }
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) return `${folder} is not empty. Choose another folder.`
  } catch {
    return `${folder} is not a folder. Choose another name.`
  }
  return undefined
}

/** Why the folder was not filled, in words; undefined if it was. */
const problemOf = (folder, name) => {
  try {
    create(folder, name)
  } catch (error) {
    return `${folder} cannot be filled (${error.code ?? error.message}). Check the path, its permissions and the disk, and remove what is there before you try again.`
  }
  return undefined
}

/** A path as a shell reads it. */
const quoted = (path) => (/^[\w./\\@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

const create = (folder, name) => {
  cpSync(template, folder, { recursive: true })
  // npm omits .gitignore from packages.
  renameSync(join(folder, "_gitignore"), join(folder, ".gitignore"))
  for (const file of named) {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("my-pipeline", name))
  }
}

/** The package manager that creates the pipeline, and that will install its packages. */
const manager = /^pnpm\//.test(process.env["npm_config_user_agent"] ?? "") ? "pnpm" : "npm"

const args = process.argv.slice(2)
if (args.includes("--help") || args.includes("-h")) {
  process.stdout.write(help)
} else {
  const folder = resolve(args[0] ?? ".")
  const name = basename(folder)
  const problem = problemWith(args, folder, name) ?? problemOf(folder, name)
  if (problem === undefined) {
    process.stdout.write(`Created the pipeline ${name} in ${folder}. Next:

  cd ${quoted(relative(process.cwd(), folder) || ".")}
  ${manager} install
  ${manager} test
  npx sluice materialize --all
  npx sluice query "select * from revenue" --as analyst
`)
  } else {
    process.stderr.write(`✗ ${problem}\n`)
    process.exitCode = 2
  }
}
