import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The pipeline of `npm create sluice`, in a folder of its own. */
export interface Project {
  readonly folder: string
  /** Where its packages are from: `packed packages`. */
  readonly packages: string
}

/**
 * Creates the project in `parent`, and installs the packed packages with npm, as a user does. Takes half a minute. If they cannot
 * be installed, or should not be, the project uses the workspace's sources, which Vitest then transforms.
 */
export const create = (parent: string, { install }: { readonly install: boolean }): Project => {
  const folder = join(parent, "project")
  run(process.cwd(), process.execPath, "packages/create-sluice/bin/create-sluice.mjs", folder)
  writeFileSync(join(folder, "empty.test.ts"), 'import { it } from "vitest"\n\nit("does nothing", () => {})\n')
  if (install && installed(parent, folder)) return { folder, packages: "packed packages" }
  symlinkSync(join(process.cwd(), "examples/shop/node_modules"), join(folder, "node_modules"))
  return { folder, packages: "the workspace's sources" }
}

/** Runs one test file of a project, as a process of its own. */
export const test = ({ folder }: Project, file: string): void =>
  run(folder, process.execPath, "node_modules/vitest/vitest.mjs", "run", file)

const installed = (parent: string, folder: string): boolean => {
  const tarballs = join(parent, "tarballs")
  mkdirSync(tarballs)
  run(process.cwd(), process.execPath, "scripts/pack.mjs", tarballs)
  const packed = readdirSync(tarballs).filter((name) => name.startsWith("sluice-"))
  const args = ["install", "--loglevel=error", "--no-audit", "--no-fund", ...packed.map((name) => join(tarballs, name))]
  const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
  return status === 0 && existsSync(join(folder, "node_modules/vitest"))
}

const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): void => {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${status}: ${stdout}${stderr}`)
}
