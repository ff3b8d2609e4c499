import { chmodSync } from "node:fs"
import { join } from "node:path"
import { PrivacyReport } from "@sluice/cli/privacy/PrivacyReport"
import * as Schema from "effect/Schema"
import { beforeAll, describe, expect, it } from "vitest"
import * as Layout from "../../src/render/Layout.ts"
import { behind, emptyDirectory, sluice } from "../support.ts"

const cwd = emptyDirectory()
const report = (args: ReadonlyArray<string> = [], env: Readonly<Record<string, string>> = {}) =>
  sluice(cwd, ["privacy", "report", ...args], env)
const json = async (env: Readonly<Record<string, string>> = {}) =>
  Schema.decodeUnknownSync(PrivacyReport, { onExcessProperty: "error" })(
    JSON.parse((await report(["--format", "json"], env)).stdout)
  )

describe("before there is anything to report on", () => {
  it("it says what to run", async () => {
    const empty = emptyDirectory()
    expect(await sluice(empty, ["privacy", "report"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "✗ There is nothing in the embedded store in .sluice yet. `pnpm assets materialize --all` fills it.\n"
    })
    await sluice(empty, ["provision"])
    const provisioned = await sluice(empty, ["privacy", "report"], { SLUICE_BIRTH: "band" })
    const { stdout } = provisioned
    expect([
      provisioned.code,
      stdout.includes("users_raw has no rows"),
      stdout.includes("have changed"),
      provisioned.stderr
    ]).toEqual([0, true, false, ""])
    // Regression: a gate over nothing was passed, also where the table was empty by mistake.
    const gate = await sluice(empty, ["privacy", "report", "--fail-under", "5"])
    expect([gate.code, gate.stderr]).toEqual([
      1,
      "✗ users_raw has no rows, so there is nothing that --fail-under 5 could judge. `pnpm assets materialize --all` fills it.\n"
    ])
    await sluice(empty, ["materialize", "messages_raw"])
    await behind(empty, "DROP TABLE users_raw")
    expect(await sluice(empty, ["privacy", "report"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "✗ There is nothing to report on: no table of people has been materialized. `pnpm assets materialize --all` fills the store.\n"
    })
  }, 60_000)
})

describe("the report on the sample data", () => {
  beforeAll(async () => {
    expect((await sluice(cwd, ["materialize", "--all"])).code).toBe(0)
  }, 60_000)

  it("as JSON has the documented shape, and counts", async () => {
    const { access, derivations, drift, people, record } = await json()
    const told = people.map(({ anonymity, inForce, rare, settings, table }) => ({
      anonymity,
      inForce,
      rare,
      settings,
      table
    }))
    expect({ derivations, drift, people: told, fields: record.length }).toEqual({
      derivations: [
        { kind: "birth_date", name: "birthYear" },
        { kind: "email", name: "emailDomain" }
      ],
      drift: [],
      people: [
        {
          table: "users_raw",
          settings: null,
          inForce: true,
          anonymity: {
            columns: ["city_id", "zipcode_id", "profession_id", "country", "email_domain", "birth_year", "gender"],
            users: 30,
            classes: 30,
            k: 1,
            sizes: [
              { least: 1, most: 1, classes: 30, users: 30 },
              { least: 2, most: 4, classes: 0, users: 0 },
              { least: 5, most: 9, classes: 0, users: 0 },
              { least: 10, most: 49, classes: 0, users: 0 },
              { least: 50, most: null, classes: 0, users: 0 }
            ]
          },
          rare: [{ column: "email_domain", values: 9, users: 30, rareBelow: 5, rareValues: 8, rareUsers: 25 }]
        }
      ],
      fields: 25
    })
    expect(access.map(({ role, subject }) => [role, subject.split("/").at(-1)])).toEqual([
      ["file", ".sluice"],
      ["file", "public.db"],
      ["file", "sensitive.db"],
      ["file", "history.db"]
    ])
  })

  it("holds no value of a row, in any format", async () => {
    const texts = ["country", "email_domain", "gender", "user_id", "income", "created_at"]
    const values = (
      await Promise.all(texts.map((column) => behind(cwd, `SELECT DISTINCT CAST(${column} AS TEXT) FROM users_raw`)))
    ).flatMap((rows) => rows.flatMap(([value]) => (typeof value === "string" && value.length > 3 ? [value] : [])))
    const formats = ["text", "markdown", "json"]
    const told = await Promise.all(formats.map(async (format) => (await report(["--format", format])).stdout))
    expect(values.length).toBeGreaterThan(50)
    expect(values.filter((value) => told.some((text) => text.includes(value)))).toEqual([])
  })

  it.each([60, 80, 100])("as text fits %d columns", async (columns) => {
    const { code, stdout } = await report([], { COLUMNS: String(columns) })
    const lines = stdout.split("\n")
    expect([code, lines.filter((line) => Layout.width(line) > columns)]).toEqual([0, []])
    expect(lines.filter((line) => /^\S/.test(line))).toEqual([
      expect.stringMatching(/^Privacy report on the embedded store/),
      ...(columns === 60 ? [expect.anything()] : []),
      "In short",
      "Access",
      "k-anonymity of users_raw",
      "l-diversity of sensitive columns",
      "k-anonymity by columns",
      "k-anonymity with coarser columns",
      "Rare values",
      "Residual risks",
      "Record of processing",
      "Derivations of personal values"
    ])
  })

  it("is a gate: exit code 1 where k is less than asked for", async () => {
    const [enough, less] = await Promise.all([report(["--fail-under", "1"]), report(["--fail-under", "2"])])
    expect([enough.code, enough.stderr, less.code, less.stderr]).toEqual([
      0,
      "",
      1,
      "✗ k is 1 in users_raw, and --fail-under asks for 2. The report's table of settings shows what coarser columns would change.\n"
    ])
  })

  it("tells settings that the rows were not made under, until they are", async () => {
    const env = { SLUICE_BIRTH: "band", SLUICE_EMAIL_DOMAIN_MIN: "5" }
    const inForceOf = ({ people }: PrivacyReport) => people.map(({ inForce }) => inForce)
    const inForce = async () => inForceOf(await json(env))
    const before = await inForce()
    expect((await sluice(cwd, ["materialize", "--changed"], env)).code).toBe(0)
    const after = await json(env)
    expect([before, inForceOf(after), inForceOf(await json())]).toEqual([[false], [true], [false]])
    expect(after.record.flatMap(({ becomes, field }) => (/email|birth/.test(field) ? [becomes] : []))).toEqual([
      "`email_domain`, `other` where fewer than 5 users have it",
      "`birth_year`, as the decade that it is in"
    ])
    const rows = after.people.map(({ bySetting, rare }) => [
      ...[rare[0]?.rareValues, bySetting[1]?.unique === bySetting[0]?.unique],
      bySetting[2]?.unique === bySetting[0]?.unique
    ])
    expect(rows).toEqual([[0, true, true]])
  }, 60_000)

  it("shows a directory that others may write, and how to close it", async () => {
    chmodSync(join(cwd, ".sluice"), 0o777)
    const { code, stdout } = await report([], { COLUMNS: "200" })
    chmodSync(join(cwd, ".sluice"), 0o700)
    expect([
      code,
      stdout.includes("✗ The store is not as declared, in one way."),
      /\.sluice +mode 0777: read by everybody, written by everybody/.test(stdout),
      /remedy: chmod 700 '\S+\.sluice'/.test(stdout)
    ]).toEqual([0, true, true, true])
  })
})
