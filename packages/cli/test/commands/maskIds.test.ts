import { join } from "node:path"
import definitions from "@sluice/assets/definitions"
import type * as IdOrder from "@sluice/warehouse/checks/IdOrder"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { beforeAll, describe, expect, it } from "vitest"
import { behind, emptyDirectory, sluice } from "../support.ts"

const { warehouse: spec } = Either.getOrThrow(definitions.sealed)

const cwd = emptyDirectory()
const kinds = ["city", "zipcode", "profession"] as const

/** Runs statements over both of the store's files, behind the pipeline's back. */
const execute = (statements: ReadonlyArray<string>) =>
  LibsqlClient.make({ path: join(cwd, ".sluice/public.db") }).pipe(
    Effect.flatMap((client) =>
      client.use((session) => {
        session.run("ATTACH ? AS sensitive", [join(cwd, ".sluice/sensitive.db")])
        return statements.map((sql) => session.values(sql, []))
      })
    ),
    Effect.scoped,
    Effect.runPromise
  )

/** Numbers the ids of each mask as earlier versions did, in the order of SHA-256, here and in users_raw. */
const numbered = kinds.flatMap((kind) => {
  const [mask, column] = [`sensitive.sensitive_${kind}_ids`, `${kind}_id`]
  return [
    `CREATE TEMP TABLE renumbered_${kind} AS SELECT id AS old, ROW_NUMBER() OVER (ORDER BY value_hash) AS new FROM ${mask}`,
    `UPDATE main.users_raw SET ${column} = (SELECT new FROM renumbered_${kind} WHERE old = ${column})`,
    `UPDATE ${mask} SET id = (SELECT new FROM renumbered_${kind} WHERE old = id)`,
    `UPDATE sensitive.sluice_sequences SET value = (SELECT MAX(id) FROM ${mask}) WHERE name = 'sensitive_${kind}_ids'`
  ]
})

const idsOf = async (kind: (typeof kinds)[number]): Promise<ReadonlyArray<IdOrder.Masked>> => {
  const [rows = []] = await execute([`SELECT id, ${kind} FROM sensitive.sensitive_${kind}_ids ORDER BY ${kind}`])
  return rows.map(([id, value]) => ({ id: Number(id), value: String(value) }))
}

/** Which users are of which city, by name. */
const cities = async () =>
  (
    await execute(["SELECT user_id, city FROM users_raw LEFT JOIN sensitive.sensitive_city_ids ON id = city_id ORDER BY 1"])
  )[0]

describe("a store whose mask ids were given in order", () => {
  let before: unknown
  const counts = [
    /sensitive_city_ids +\d+ ids/,
    /sensitive_zipcode_ids +\d+ ids/,
    /sensitive_profession_ids +\d+ ids/,
    /users_raw\.city_id +\d+ rows/,
    /users_raw\.zipcode_id +\d+ rows/,
    /users_raw\.profession_id +\d+ rows/
  ]
  const missing = (text: string) => counts.filter((count) => !count.test(text))

  beforeAll(async () => {
    expect((await sluice(cwd, ["materialize", "--all"])).code).toBe(0)
    before = await cities()
    await execute(numbered)
    expect(await cities()).toEqual(before)
  }, 60_000)

  it("is refused by a run, before it writes, with the command that repairs it; and the privacy report says so", async () => {
    const { code, stderr } = await sluice(cwd, ["materialize", "--all"])
    expect([code, stderr.match(/remedy: `pnpm assets provision --reissue-mask-ids`/g)?.length]).toEqual([2, 3])
    const report = await sluice(cwd, ["privacy", "report"])
    expect([report.code, report.stdout.includes("provision --reissue-mask-ids")]).toEqual([0, true])
  }, 30_000)

  it("is shown by a dry run, table by table, with counts, and left as it is", async () => {
    const ids = await idsOf("city")
    const { code, stderr, stdout } = await sluice(cwd, ["provision", "--reissue-mask-ids", "--dry-run"])
    expect([code, stderr, missing(stdout), stdout.includes("Nothing was changed.")]).toEqual([0, "", [], true])
    expect(await idsOf("city")).toEqual(ids)
    const alone = await sluice(cwd, ["provision", "--dry-run"])
    expect([alone.code, alone.stderr]).toEqual([2, "✗ --dry-run goes with --reissue-mask-ids.\n"])
  }, 30_000)

  it("gets random ids once, that stand for the same values; runs go on from there, and change nothing else", async () => {
    const { code, stderr, stdout } = await sluice(cwd, ["provision", "--reissue-mask-ids"])
    expect([code, stderr, missing(stdout), stdout.includes("are random now")]).toEqual([0, "", [], true])
    expect(await cities()).toEqual(before)
    const ids = await Promise.all(kinds.map(idsOf))
    expect(ids.flat().filter(({ id }) => id < 10_000)).toEqual([])
    const again = await sluice(cwd, ["provision", "--reissue-mask-ids"])
    expect([again.code, again.stdout]).toEqual([0, "✓ All mask ids in the embedded store in .sluice are random.\n"])

    const columns = spec.tables.find(({ name }) => name === "users_raw")?.columns ?? {}
    const kept = Object.keys(columns).filter((column) => column !== "loaded_at")
    const users = () => behind(cwd, `SELECT ${kept.join(", ")} FROM users_raw ORDER BY user_id`)
    const published = await users()
    for (const args of [
      ["materialize", "--all"],
      ["materialize", "--all", "--changed"],
      ["materialize", "users_raw", "--full"]
    ]) {
      expect((await sluice(cwd, args)).code).toBe(0)
      expect([await users(), await Promise.all(kinds.map(idsOf))]).toEqual([published, ids])
    }
    const { stdout: runs } = await sluice(cwd, ["runs", "list"])
    expect(runs).toContain("provision --reissue-mask-ids")
  }, 60_000)
})
