import { execFile } from "node:child_process"
import { access, constants } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"

export const flavours = ["MySQL", "MariaDB"] as const
export type Flavour = (typeof flavours)[number]

/** How to start a flavour's server on this machine. It is plain data for the test workers. */
export type Launcher =
  | {
      readonly _tag: "Binary"
      readonly flavour: Flavour
      readonly server: string
      readonly installDb: string
      readonly version: string
    }
  | { readonly _tag: "Docker"; readonly flavour: Flavour; readonly image: string }

const images: Readonly<Record<Flavour, string>> = { MySQL: "mysql:9.7", MariaDB: "mariadb:10.11" }

/**
 * Finds a way to start a flavour: the program named by MYSQLD or MARIADBD, one on the PATH, or Docker if an engine responds
 * within two seconds. A `mysqld` that is MariaDB, as on some systems, does not count as MySQL.
 */
export const find = async (flavour: Flavour): Promise<Launcher | undefined> => {
  const named = flavour === "MySQL" ? process.env["MYSQLD"] : process.env["MARIADBD"]
  const names = flavour === "MySQL" ? ["mysqld"] : ["mariadbd", "mysqld"]
  const candidates = named ? [named] : (await Promise.all(names.map(onPath))).filter((path) => path !== undefined)
  for (const server of candidates) {
    const version = await output(server, ["--version"])
    if (version === undefined || /mariadb/i.test(version) !== (flavour === "MariaDB")) continue
    const installDb = flavour === "MySQL" ? server : await findInstallDb(server)
    if (installDb !== undefined) return { _tag: "Binary", flavour, server, installDb, version: version.trim() }
  }
  const engine = await output("docker", ["version", "--format", "{{.Server.Version}}"], 2_000)
  return engine === undefined ? undefined : { _tag: "Docker", flavour, image: images[flavour] }
}

/** The remedy for a flavour that cannot be started. */
export const advice = (flavour: Flavour): string =>
  `no ${flavour} server was found. Install one, name its program in ${flavour === "MySQL" ? "MYSQLD" : "MARIADBD"}, or start Docker.`

const findInstallDb = async (server: string) => {
  const home = dirname(dirname(server))
  const beside = ["bin", "scripts"].map((folder) => join(home, folder, "mariadb-install-db"))
  for (const path of beside) if (await isProgram(path)) return path
  return onPath("mariadb-install-db")
}

const onPath = async (name: string): Promise<string | undefined> => {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (folder !== "" && (await isProgram(join(folder, name)))) return join(folder, name)
  }
  return undefined
}

const isProgram = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false
  )

const output = (command: string, args: ReadonlyArray<string>, timeout = 10_000) =>
  promisify(execFile)(command, args, { timeout }).then(
    ({ stdout }) => stdout,
    () => undefined
  )
