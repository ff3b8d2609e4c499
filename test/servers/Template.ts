import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { cp, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Launcher } from "./Launcher.ts"

type Binary = Extract<Launcher, { readonly _tag: "Binary" }>

/**
 * A fresh data directory under the system's temporary directory. Making one takes a server some ten seconds, so it is made once
 * per machine and version, and copied. Two concurrent test runs do not conflict: the last one to rename its own into place
 * finds one there, and drops its own.
 */
export const freshDataDirectory = async (launcher: Binary): Promise<string> => {
  const version = createHash("sha256").update(`${launcher.server} ${launcher.version}`).digest("hex").slice(0, 12)
  const template = join(tmpdir(), `sluice-test-${launcher.flavour.toLowerCase()}-${version}`)
  if (!(await exists(template))) await makeTemplate(launcher, template)
  const home = await mkdtemp(join(tmpdir(), "sluice-test-server-"))
  await cp(template, join(home, "data"), { recursive: true })
  return home
}

/** The arguments of every start. */
export const baseArguments = ["--no-defaults", ...(process.getuid?.() === 0 ? ["--user=root"] : [])]

const makeTemplate = async ({ flavour, installDb }: Binary, template: string) => {
  const own = await mkdtemp(join(tmpdir(), "sluice-test-template-"))
  const data = join(own, "data")
  await mkdir(data)
  const args =
    flavour === "MySQL"
      ? [...baseArguments, "--initialize-insecure", `--datadir=${data}`, "--innodb-redo-log-capacity=8388608"]
      : [...baseArguments, `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"]
  try {
    await promisify(execFile)(installDb, args, { timeout: 120_000 })
    await rm(join(data, "auto.cnf"), { force: true })
    await rename(data, template).catch(async (error: unknown) => {
      if (!(await exists(template))) throw error
    })
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false
  )
