import { copyFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { emptyDirectory, sluice } from "../support.ts"

const one = "canary-one-canary-one-canary-one-canary"
const two = "canary-two-canary-two-canary-two-canary"

describe("a store whose secrets or files change", () => {
  it("takes a secret, another one, and one from a file, and an erased user stays out", async () => {
    const cwd = emptyDirectory()
    writeFileSync(join(cwd, "secret"), `${two}\n`)
    const suppressed = async (settings: Readonly<Record<string, string>>) => {
      const { code, stderr } = await sluice(cwd, ["materialize", "--all"], settings)
      return [code, /api_users .*1 suppressed/.test(stderr)]
    }
    expect((await sluice(cwd, ["materialize", "--all"])).code).toBe(0)
    expect((await sluice(cwd, ["erase", "8"])).code).toBe(0)

    const unsealed = await sluice(cwd, ["materialize", "--all"], { SLUICE_SECRET: one })
    expect([unsealed.code, unsealed.stderr.includes("pnpm assets provision --rotate")]).toEqual([2, true])
    const sealing = await sluice(cwd, ["provision", "--rotate"], { SLUICE_SECRET: one })
    expect(sealing.stdout.split("\n")).toEqual([
      "✓ gave the store new keys, sealed with SLUICE_SECRET; the next run reads everything",
      "✓ kept 1 erased user out under the new keys",
      ""
    ])
    expect(await suppressed({ SLUICE_SECRET: one })).toEqual([0, true])

    const without = await sluice(cwd, ["materialize", "--all"])
    expect([without.code, without.stderr.includes("SLUICE_SECRET is not set. Set it.")]).toEqual([2, true])

    const replacing = { SLUICE_SECRET_FILE: "secret", SLUICE_OLD_SECRET: one }
    expect((await sluice(cwd, ["provision", "--rotate"], replacing)).code).toBe(0)
    expect(await suppressed({ SLUICE_SECRET_FILE: "secret" })).toEqual([0, true])
    const wrong = await sluice(cwd, ["materialize", "--all"], { SLUICE_SECRET: one })
    expect([wrong.code, wrong.stderr.includes("SLUICE_SECRET is not the secret")]).toEqual([2, true])
    for (const { stderr, stdout } of [unsealed, sealing, without, wrong]) expect(stderr + stdout).not.toContain("canary")
  })

  it("finds an older file that was put back, and can be taken as it is", async () => {
    const cwd = emptyDirectory()
    const materialize = (...more: ReadonlyArray<string>) => sluice(cwd, ["materialize", "users_raw", ...more])
    await materialize()
    copyFileSync(join(cwd, ".sluice/public.db"), join(cwd, "backup"))
    expect((await sluice(cwd, ["erase", "8"])).code).toBe(0)
    copyFileSync(join(cwd, "backup"), join(cwd, ".sluice/public.db"))
    const refused = await materialize()
    expect([
      refused.code,
      refused.stderr.includes(
        "public.db, content: found an older copy without the last write, declared a copy as recent as sensitive.db"
      )
    ]).toEqual([2, true])
    const { stdout } = await sluice(cwd, ["provision", "--restored"])
    expect(stdout).toBe(
      "✓ accepted the store as it is; run `pnpm assets materialize --all --full`, then repeat each erasure since the backup\n"
    )
    expect((await materialize("--full")).code).toBe(0)
    const erased = await sluice(cwd, ["query", "select count(*) as n from users_raw where user_id = '8'", "--json"])
    expect(JSON.parse(erased.stdout)).toEqual([{ n: 0 }])
  })

  it("refuses a secret in a file that cannot be read or is too short, without its text", async () => {
    const cwd = emptyDirectory()
    writeFileSync(join(cwd, "secret"), "canary\n")
    const short = await sluice(cwd, ["list"], { SLUICE_SECRET_FILE: "secret" })
    const missing = await sluice(cwd, ["provision"], { SLUICE_SECRET_FILE: "canary" })
    const refused = await sluice(cwd, ["provision"], { SLUICE_SECRET_FILE: "secret" })
    expect([missing.code, missing.stderr, refused.code, refused.stderr]).toEqual([
      2,
      "✗ SLUICE_SECRET_FILE names no file that can be read.\n",
      2,
      "✗ SLUICE_SECRET_FILE names a file whose text is shorter than 32 characters. `openssl rand -hex 32` makes a secret.\n"
    ])
    expect(short.stderr).not.toContain("canary")
  })
})
