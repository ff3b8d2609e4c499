import { join } from "node:path"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { behind, emptyDirectory, sluice, testApi } from "../support.ts"

const rows = async (cwd: string, table: string) => Number((await behind(cwd, `SELECT COUNT(*) FROM ${table}`))[0]?.[0])

/** A store that was filled from an API. */
const filled = async () => {
  const cwd = emptyDirectory()
  const env = { SPARK_API_URL: (await testApi()).url }
  expect((await sluice(cwd, ["materialize", "--all"], env)).code).toBe(0)
  return { cwd, env, run: (...args: ReadonlyArray<string>) => sluice(cwd, args, env) }
}

describe("rows that were deleted by hand", () => {
  // Regression: the next run said "120 rows", and left the table as it was.
  it.each([[["materialize", "--all"]], [["materialize", "--changed"]]])(
    "are there again after %j, which says so, and check misses them before",
    async (args) => {
      const { cwd, run } = await filled()
      await behind(cwd, "DELETE FROM messages_raw WHERE id IN (SELECT id FROM messages_raw LIMIT 2)")
      const checked = await run("check", "messages_raw")
      const again = await run(...args)
      const says = "messages_raw was changed from outside: it has 118 rows, and 120 were written."
      expect([checked.code, again.code, again.stderr.includes(says), await rows(cwd, "messages_raw")]).toEqual([
        1,
        0,
        true,
        120
      ])
      expect((await run(...args)).stderr).not.toContain("changed from outside")
    }
  )
})

it("rows that were erased are not missed", async () => {
  const { cwd, run } = await filled()
  const before = await rows(cwd, "users_raw")
  expect((await run("erase", "1")).code).toBe(0)
  const [checked, again] = [await run("check", "users_raw"), await run("materialize", "--all")]
  expect([checked.code, again.code, /from outside/.test(again.stderr), before - (await rows(cwd, "users_raw"))]).toEqual([
    0,
    0,
    false,
    1
  ])
})

it("a table that another run wrote than the one in the history is made again in full", async () => {
  const { cwd, run } = await filled()
  await LibsqlClient.make({ path: join(cwd, ".sluice/sensitive.db") }).pipe(
    Effect.flatMap(({ sql }) => sql.unsafe("UPDATE sluice_marks SET run_id = 'stranger' WHERE relation = 'users_raw'")),
    Effect.scoped,
    Effect.runPromise
  )
  const again = await run("materialize", "--changed")
  expect([again.code, /users_raw was changed from outside: run stranger wrote it/.test(again.stderr)]).toEqual([0, true])
  expect((await run("materialize", "--changed")).stderr).not.toContain("changed from outside")
})
