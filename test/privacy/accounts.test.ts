import definitions from "@sluice/assets/definitions"
import { PrivacyReport } from "@sluice/cli/privacy/PrivacyReport"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, sluice } from "../../packages/cli/test/support.ts"
import * as databases from "../../packages/warehouse/test/mysql/databases.ts"
import { flavours, isAvailable, type Server, startOwn } from "../servers/TestServers.ts"

const { warehouse: spec } = Either.getOrThrow(definitions.sealed)

const passwords = { pipeline: "Pipeline-Kzw4XvQ9", analyst: "Analyst-Tr6mBn2L" }
const publicRelations = spec.analyst.select.map(({ name }) => name)
const secret = [
  "sensitive_city_ids",
  "sensitive_zipcode_ids",
  "sensitive_profession_ids",
  "quarantine",
  "sluice_events",
  "sluice_source_pages",
  "sluice_page_rows",
  "sluice_marks"
]

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`the accounts of the pipeline on ${flavour}`, () => {
    const cwd = emptyDirectory()
    let server: Server
    let root: MysqlUrl
    let env: Readonly<Record<string, string>> = {}
    const as = (user: string, password: string, ...statements: ReadonlyArray<string>) => {
      const url = { ...root, user, password: Redacted.make(password), database: "spark_dwh" }
      return Effect.runPromise(Effect.either(databases.as(url, ...statements)))
    }
    const asPipeline = (...statements: ReadonlyArray<string>) => as("sluice", passwords.pipeline, ...statements)
    const asAnalyst = (...statements: ReadonlyArray<string>) => as("analyst", passwords.analyst, ...statements)
    const allowed = async (ask: typeof asPipeline, statements: ReadonlyArray<string>) => {
      const answers: Array<string> = []
      for (const sql of statements) if ((await ask(sql))._tag === "Right") answers.push(sql)
      return answers
    }

    beforeAll(async () => {
      server = await startOwn(flavour)
      root = {
        _tag: "Mysql",
        host: "127.0.0.1",
        port: server.port,
        user: "root",
        password: Redacted.make(""),
        database: ""
      }
      env = {
        DATABASE_URL: `mysql://sluice:${passwords.pipeline}@127.0.0.1:${server.port}/spark_dwh`,
        ANALYST_PASSWORD: passwords.analyst
      }
      const provisioned = await sluice(cwd, ["provision"], {
        ...env,
        DATABASE_ADMIN_URL: `mysql://root@127.0.0.1:${server.port}`
      })
      expect([provisioned.code, provisioned.stderr]).toEqual([0, ""])
      const hosts = await Effect.runPromise(databases.as(root, "SELECT host FROM mysql.user WHERE user = 'root'"))
      const lock = hosts.map(([host]) => `ALTER USER 'root'@'${String(host)}' ACCOUNT LOCK`)
      await Effect.runPromise(databases.as(root, ...lock))
    }, 120_000)
    afterAll(() => server.stop())

    it("a whole run needs no administrator: it succeeds while the administrator is locked out (G10)", async () => {
      expect((await Effect.runPromise(Effect.either(databases.as(root, "SELECT 1"))))._tag).toBe("Left")
      const { code, stderr } = await sluice(cwd, ["materialize", "--all"], env)
      expect([code, stderr.slice(-200)]).toEqual([0, expect.stringContaining("Next:")])
    }, 60_000)

    it("the pipeline's account can grant nothing, write no file, set nothing and touch no other database (G10)", async () => {
      const attempts = [
        "GRANT SELECT ON spark_dwh.sensitive_city_ids TO analyst@'%'",
        "SELECT city INTO OUTFILE '/tmp/sluice-outfile' FROM sensitive_city_ids",
        "SELECT LOAD_FILE('/etc/hosts') INTO DUMPFILE '/tmp/sluice-dumpfile'",
        "SET GLOBAL general_log = ON",
        "CREATE USER someone@'%'",
        "ALTER USER analyst@'%' IDENTIFIED BY 'x'",
        "CREATE DATABASE other",
        "CREATE TABLE mysql.mine (n INT)",
        "SELECT * FROM mysql.user",
        "CREATE DEFINER = 'root'@'localhost' SQL SECURITY DEFINER VIEW v AS SELECT 1"
      ]
      expect(await allowed(asPipeline, attempts)).toEqual([])
      const grants = await asPipeline("SHOW GRANTS")
      const text = grants._tag === "Right" ? grants.right.flat().join("\n") : "refused"
      expect(
        text.match(/GRANT OPTION|FILE|SUPER|ALL PRIVILEGES|ON \*\.\* TO/g)?.filter((word) => word !== "ON *.* TO") ?? []
      ).toEqual([])
    })

    it("the analyst reads every public table and view, and is refused everything else (G2, G9)", async () => {
      const readable = publicRelations.map((name) => `SELECT COUNT(*) FROM ${name}`)
      expect(await allowed(asAnalyst, readable)).toEqual(readable)
      const refused = [
        ...secret.flatMap((name) => [`SELECT * FROM ${name}`, `SELECT COUNT(*) FROM ${name}`, `SHOW CREATE TABLE ${name}`]),
        "SELECT * FROM mysql.user",
        "SELECT * FROM users_raw u JOIN sensitive_city_ids c ON c.id = u.city_id",
        "CREATE TEMPORARY TABLE t (n INT)",
        "CREATE VIEW v AS SELECT * FROM users_raw",
        "DELETE FROM users_raw",
        "SELECT * INTO OUTFILE '/tmp/sluice-outfile' FROM users_raw"
      ]
      expect(await allowed(asAnalyst, refused)).toEqual([])
    })

    it("a public view that reads a mask table with its definer's rights stops the next run before it writes (G11)", async () => {
      const leak = await asPipeline(
        "CREATE OR REPLACE SQL SECURITY DEFINER VIEW messages_per_day AS SELECT city AS day, id AS messages FROM sensitive_city_ids"
      )
      const before = await asAnalyst("SELECT COUNT(*) FROM messages_per_day")
      const { code, stderr } = await sluice(cwd, ["materialize", "messages_raw"], env)
      const named = stderr.includes("messages_per_day") && stderr.includes("CREATE OR REPLACE SQL SECURITY INVOKER VIEW")
      expect([leak._tag, before._tag, code === 0, named]).toEqual(["Right", "Right", false, true])
    }, 60_000)

    it("the report tells what each account holds, and that view with its remedy (G15)", async () => {
      const { code, stderr, stdout } = await sluice(cwd, ["privacy", "report", "--format", "json"], env)
      const { access, drift, people, proof } = Schema.decodeUnknownSync(PrivacyReport)(JSON.parse(stdout))
      const held = access.map(({ holds, role }) => [role, holds.map((held) => held.split(/ ON |, /)[0])])
      expect([
        code,
        stderr,
        held,
        drift.map(({ aspect, subject }) => [subject, aspect]),
        people.map(({ anonymity }) => anonymity.users)
      ]).toEqual([
        0,
        "",
        [
          ["pipeline", ["SELECT"]],
          ["analyst", publicRelations.map(() => "SELECT")]
        ],
        [["messages_per_day", "the rights it runs with"]],
        [30]
      ])
      expect([proof.by, proof.open, proof.refused > secret.length]).toEqual(["login", [], true])
    }, 60_000)

    it("the report gives no tick for what it did not try as the analyst (G9)", async () => {
      const lines = async (password: string) => {
        const report = await sluice(cwd, ["privacy", "report"], { ...env, ANALYST_PASSWORD: password, COLUMNS: "300" })
        return report.stdout.split("\n").filter((line) => /roved/.test(line))
      }
      expect(await lines(passwords.analyst)).toEqual([
        expect.stringMatching(
          /✓ Proved with a login as the analyst: the server refused to read \d+ tables that are not public\.$/
        )
      ])
      const unproved = expect.stringMatching(/! Not proved: that the analyst can read only public tables and views\./)
      expect([await lines(""), await lines("wrong")]).toEqual([[unproved], [unproved]])
    }, 60_000)

    it("no password is in anything that a command prints, whatever fails (G12)", async () => {
      const wrong = env["DATABASE_URL"]?.replace(passwords.pipeline, "Wrong-Yh8sPd3W") ?? ""
      const commands = [
        [["validate"], {}],
        [["materialize", "--all", "--log-level", "debug"], { DATABASE_URL: wrong }],
        [["runs", "list", "--log-level", "debug"], { DATABASE_URL: wrong }],
        [["query", "SELECT 1", "--as", "analyst"], { ANALYST_PASSWORD: "Wrong-Yh8sPd3W" }],
        [["query", "SELECT * FROM nothing"], {}],
        [["provision"], { DATABASE_ADMIN_URL: `mysql://root:Wrong-Yh8sPd3W@127.0.0.1:${server.port}` }],
        [["validate"], { DATABASE_URL: wrong.replace("mysql:", "mysqlx:") }],
        [["validate"], { DATABASE_URL: wrong.replace(/:\d+\//, ":70000/") }],
        [["validate"], { DATABASE_URL: wrong.replace("@", "%%@") }],
        [["validate"], { SPARK_API_URL: "http://user:Wrong-Yh8sPd3W@127.0.0.1" }],
        [["validate"], { SPARK_API_TOKEN: "Wrong-Yh8sPd3W with blanks" }],
        [["privacy", "report"], {}],
        [["privacy", "report", "--format", "json", "--log-level", "debug"], { ANALYST_PASSWORD: "Wrong-Yh8sPd3W" }]
      ] as const
      const told = await Promise.all(commands.map(([args, more]) => sluice(cwd, args, { ...env, ...more })))
      const leaky = told.flatMap(({ stderr, stdout }, i) =>
        /Pipeline-Kzw4XvQ9|Analyst-Tr6mBn2L|Wrong-Yh8sPd3W/i.test(stdout + stderr) ? [commands[i]?.[0].join(" ")] : []
      )
      expect(leaky).toEqual([])
      expect(told.map(({ code }) => code)).toEqual([0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0])
    }, 60_000)
  })
}
