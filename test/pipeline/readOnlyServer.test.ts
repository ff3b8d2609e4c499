import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, sluice } from "../../packages/cli/test/support.ts"
import * as databases from "../../packages/warehouse/test/mysql/databases.ts"
import { flavours, isAvailable, type Server, startOwn } from "../servers/TestServers.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`a ${flavour} server that is read-only, as a replica is`, () => {
    const cwd = emptyDirectory()
    let server: Server | undefined
    let env: Readonly<Record<string, string>> = {}
    const admin = () => `mysql://root:@127.0.0.1:${server?.port}`

    beforeAll(async () => {
      server = await startOwn(flavour)
      env = {
        DATABASE_URL: `mysql://sluice:${randomUUID()}@127.0.0.1:${server.port}/spark_dwh`,
        ANALYST_PASSWORD: randomUUID()
      }
      const first = await sluice(cwd, ["materialize", "--all"], { ...env, DATABASE_ADMIN_URL: admin() })
      expect([first.code, first.stderr]).toEqual([0, expect.any(String)])
      const readOnly = flavour === "MySQL" ? "SET GLOBAL super_read_only = ON" : "SET GLOBAL read_only = ON"
      await Effect.runPromise(databases.as(databases.on(server.port).admin, readOnly))
    }, 120_000)
    afterAll(() => server?.stop())

    it("is queried, reported on and looked through", async () => {
      const asked = (...more: ReadonlyArray<string>) =>
        sluice(cwd, ["query", "select count(*) as n from users_raw", "--json", ...more], env)
      const [pipeline, analyst] = await Promise.all([asked(), asked("--as", "analyst")])
      expect([pipeline, analyst].map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
        [0, '[\n{"n":30}\n]\n', ""],
        [0, '[\n{"n":30}\n]\n', ""]
      ])
      const commands = [
        ["list"],
        ["plan", "--all"],
        ["plan", "--changed"],
        ["runs", "list"],
        ["runs", "show"],
        ["runs", "logs"],
        ["asset", "users_raw"],
        ["privacy", "report", "--format", "json"],
        ["erase", "1", "--dry-run", "--json"]
      ]
      const all = await Promise.all(commands.map((command) => sluice(cwd, command, env)))
      expect(all.map(({ code, stderr }, i) => [commands[i]?.join(" "), code, code === 0 ? "" : stderr])).toEqual(
        commands.map((command) => [command.join(" "), 0, ""])
      )
    }, 60_000)

    it("is not written to, with or without its administrator; each says why", async () => {
      const refused = await Promise.all(
        [env, { ...env, DATABASE_ADMIN_URL: admin() }].map((settings) => sluice(cwd, ["materialize", "users_raw"], settings))
      )
      const why = (setting: string) =>
        `Could not write to the database server: it is read-only (read_only), as replicas are. Name the server that is written to in ${setting}. Commands that only read, such as \`pnpm assets query\`, work here.`
      expect(refused.map(({ code, stderr }) => [code, stderr])).toEqual([
        [expect.any(Number), expect.stringContaining(why("DATABASE_URL"))],
        [expect.any(Number), expect.stringContaining(why("DATABASE_ADMIN_URL"))]
      ])
      expect(refused.map(({ code }) => code)).not.toContain(0)
    }, 60_000)
  })
}
