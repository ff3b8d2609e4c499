import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createConnection, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"
import { promisify } from "node:util"
import type { Launcher } from "./Launcher.ts"
import { baseArguments, freshDataDirectory } from "./Template.ts"

/** A private server on a loopback port, with the administrator `root` and no password. */
export interface Server {
  readonly port: number
  /** Kills it like a power cut: SIGKILL, no shutdown. Its data stays. */
  readonly kill: () => Promise<void>
  /** Stops all answers until it is thawed, like a hanging machine: connections are accepted, and silent. */
  readonly freeze: () => Promise<void>
  readonly thaw: () => Promise<void>
  /** Restarts a killed server, on the same port and data. */
  readonly restart: () => Promise<void>
  /** Kills it and removes its data. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a server and waits one to three seconds until it accepts connections. It cannot outlive this process. `settings` are
 * the server's options, and override the small ones for tests.
 */
export const start = (launcher: Launcher, settings: ReadonlyArray<string> = []): Promise<Server> =>
  launcher._tag === "Binary" ? startBinary(launcher, settings) : startContainer(launcher, settings)

/**
 * Lets the system decide when files reach the disk. A killed server loses nothing; only a machine that loses power does.
 * Waiting for a disk is most of a server's time in tests.
 */
const unsynced = ["--innodb-flush-method=nosync", "--skip-innodb-doublewrite"]

const startBinary = async (
  launcher: Extract<Launcher, { readonly _tag: "Binary" }>,
  settings: ReadonlyArray<string>
): Promise<Server> => {
  const home = await freshDataDirectory(launcher)
  const port = await freePort()
  const log = join(home, "log")
  const command = [
    launcher.server,
    ...baseArguments,
    `--datadir=${join(home, "data")}`,
    `--port=${port}`,
    `--socket=${join(home, "socket")}`,
    // A starting server deletes apparent temporary tables in this directory, even if another server has them open.
    `--tmpdir=${home}`,
    `--pid-file=${join(home, "pid")}`,
    "--bind-address=127.0.0.1",
    "--local-infile=1",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-buffer-pool-size=64M",
    ...unsynced,
    ...(launcher.flavour === "MySQL"
      ? ["--mysqlx=OFF", "--performance-schema=OFF", "--innodb-redo-log-capacity=67108864"]
      : ["--debug-no-sync"]),
    ...settings
  ]
  // `read` ends with this process, however it ends.
  const script = `log=$1 home=$2; shift 2; "$@" </dev/null >>"$log" 2>&1 & pid=$!; echo $pid; read -r word; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null; [ "$word" = keep ] || rm -rf "$home"`
  const run = () => keeper(["sh", "-c", script, "sh", log, home, ...command])
  let current = await run()
  const ready = async () => {
    try {
      await greeting(port, 30_000)
    } catch {
      const tail = await readFile(log, "utf8").catch(() => "")
      await current.end("stop")
      throw new Error(`${launcher.flavour} did not start:\n${tail.split("\n").slice(-15).join("\n")}`)
    }
  }
  await ready()
  return {
    port,
    kill: () => current.end("keep"),
    freeze: async () => void process.kill(current.pid, "SIGSTOP"),
    thaw: async () => void process.kill(current.pid, "SIGCONT"),
    restart: async () => {
      current = await run()
      await ready()
    },
    stop: () => current.end("stop")
  }
}

const startContainer = async (
  launcher: Extract<Launcher, { readonly _tag: "Docker" }>,
  settings: ReadonlyArray<string>
): Promise<Server> => {
  const docker = async (...args: ReadonlyArray<string>) => (await promisify(execFile)("docker", args)).stdout.trim()
  const port = await freePort()
  const variables = ["MYSQL_ALLOW_EMPTY_PASSWORD=1", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1", "MYSQL_ROOT_HOST=%"]
  const environment = variables.flatMap((variable) => ["--env", variable])
  const publish = `127.0.0.1:${port}:3306`
  const id = await docker(
    "run",
    "--detach",
    "--publish",
    publish,
    // Files that settings name, such as certificates, are created there.
    "--volume",
    `${tmpdir()}:${tmpdir()}:ro`,
    ...environment,
    launcher.image,
    "--local-infile=1",
    ...settings
  )
  const script = `echo 0; read -r word; docker rm --force --volumes "$1" >/dev/null 2>&1`
  const current = await keeper(["sh", "-c", script, "sh", id])
  const stop = () => current.end("stop")
  await greeting(port, 120_000).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    port,
    kill: async () => void (await docker("kill", id)),
    freeze: async () => void (await docker("pause", id)),
    thaw: async () => void (await docker("unpause", id)),
    restart: async () => {
      await docker("start", id)
      await greeting(port, 60_000)
    },
    stop
  }
}

/**
 * Runs a script that starts a process, prints a line, and ends the process when it reads a line or its input ends. It has its
 * own session, so that Ctrl-C in the terminal does not end it before its cleanup.
 */
const keeper = async ([command = "", ...args]: ReadonlyArray<string>) => {
  const child: ChildProcess = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], detached: true })
  if (child.stdin === null || child.stdout === null) throw new Error("a test server's keeper has no pipes")
  const { stdin, stdout } = child
  const [line] = await once(createInterface({ input: stdout }), "line")
  child.unref()
  const ended = new Promise((resolve) => child.once("exit", resolve))
  return {
    /** The printed line: the process that it started. */
    pid: Number(line),
    end: async (word: "keep" | "stop") => {
      child.ref()
      stdin.end(`${word}\n`)
      await ended
    }
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  if (typeof address !== "object" || address === null) throw new Error("there is no free port")
  return address.port
}

/** Waits for the first packet of protocol 10, which a server sends when it is ready. */
const greeting = async (port: number, patience: number): Promise<void> => {
  const until = Date.now() + patience
  while (Date.now() < until) {
    const ready = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port })
      socket.setTimeout(2_000, () => resolve(false))
      socket.on("data", (packet) => resolve(packet[4] === 10))
      socket.on("error", () => resolve(false))
      socket.on("close", () => resolve(false))
    })
    if (ready) return
    await setTimeout(50)
  }
  throw new Error(`nothing answered on port ${port}`)
}
