import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as dataset from "@sluice/assets/sample/dataset"
import type { Rows } from "@sluice/assets/sample/Rows"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Effect from "effect/Effect"
import { afterAll } from "vitest"
import type { Finished } from "./warm/WarmProcess.ts"
import * as WarmProcess from "./warm/WarmProcess.ts"

/** What `pnpm assets` runs. */
export const script = fileURLToPath(new URL("../../../scripts/assets.cjs", import.meta.url))

export type { Finished } from "./warm/WarmProcess.ts"

export interface Running {
  readonly finished: Promise<Finished>
  readonly signal: (name: NodeJS.Signals) => void
  /** Resolves when a text has been written to standard error or output, with what is on standard output then. */
  readonly says: (text: string) => Promise<string>
}

/** An empty directory, gone after the file's tests. */
export const emptyDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-cli-"))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What a process needs of this one's environment. */
const inherited = (): Readonly<Record<string, string>> => {
  const { PATH = "", HOME = "", TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }) }
}

/** Starts `pnpm assets …` as a process of its own, with nothing of this one's settings. */
export const start = (
  cwd: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  nodeOptions: ReadonlyArray<string> = []
): Running => {
  const child = spawn(process.execPath, [...nodeOptions, script, ...args], {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  let check = () => {}
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text
    check()
  })
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text
    check()
  })
  return {
    finished: new Promise((resolve) => {
      child.on("close", (code) => resolve({ code, stdout, stderr }))
    }),
    signal: (name) => void child.kill(name),
    says: (text) =>
      new Promise((resolve, reject) => {
        check = () => {
          if (stdout.includes(text) || stderr.includes(text)) resolve(stdout)
        }
        child.on("close", () => reject(new Error(`it ended without saying "${text}": ${stderr}`)))
        check()
      })
  }
}

/**
 * Runs `pnpm assets …` to its end. Commands share processes, which have loaded and compiled the program for the ones before. If the
 * test sets what Node reads when it starts, the command has a process of its own.
 */
export const sluice = (...[cwd, args, env = {}, nodeOptions = []]: Parameters<typeof start>): Promise<Finished> =>
  nodeOptions.length > 0 || Object.keys(env).some((name) => name.startsWith("NODE_"))
    ? start(cwd, args, env, nodeOptions).finished
    : WarmProcess.run({ cwd, args, env: { ...inherited(), ...env } })

/** An API of the bundled data that can be changed, and told to refuse. */
export interface TestApi {
  readonly url: string
  users: Array<Record<string, unknown>>
  messages: Array<Record<string, unknown>>
  /** The status of every answer about messages, where that is not 200. */
  refusal: number | undefined
}

/** Starts one; it ends after the file's tests. */
export const testApi = async (): Promise<TestApi> => {
  const rowsOf = (rows: Rows) => Array.from({ length: rows.count }, (_, index) => JSON.parse(rows.json(index)))
  const own = { users: rowsOf(dataset.users), messages: rowsOf(dataset.messages), refusal: undefined }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost")
    const [page, limit] = ["page", "limit"].map((name) => Number(searchParams.get(name)))
    const rows = pathname === "/users" ? own.users : own.messages
    const refused: number | undefined = pathname === "/users" ? undefined : own.refusal
    const start = ((page ?? 1) - 1) * (limit ?? 0)
    response.writeHead(refused ?? 200, { "content-type": "application/json" })
    response.end(JSON.stringify(refused === undefined ? rows.slice(start, start + (limit ?? 0)) : []))
  })
  return Object.assign(own, { url: await listening(server) })
}

/**
 * An API that takes every request and never answers, or sends `beginning` of an answer and no more; its URL, until the file's
 * tests have ended.
 */
export const silentApi = async (beginning?: string): Promise<string> => {
  return listening(
    createServer((_request, response) => {
      if (beginning === undefined) return
      response.writeHead(200, { "content-type": "application/json" })
      response.write(beginning)
    })
  )
}

/** Listens on a free port of the loopback interface until the file's tests have ended; answers its URL. */
const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Runs a statement on an embedded store's public file, behind the pipeline's back, and answers its rows. */
export const behind = (cwd: string, sql: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> =>
  LibsqlClient.make({ path: join(cwd, ".sluice/public.db") }).pipe(
    Effect.flatMap((client) => client.use((session) => session.values(sql, []))),
    Effect.scoped,
    Effect.runPromise
  )
