import { spawnSync } from "node:child_process"
import { chmodSync, chownSync, cpSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, type Finished, script, sluice } from "../support.ts"

/** Root may write what its modes forbid, and nothing on a file system that is mounted for reading. */
const isRoot = process.getuid?.() === 0
const mounted = 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"'
const canMount =
  isRoot && spawnSync("unshare", ["-m", "sh", "-c", mounted, "sh", "true"], { cwd: emptyDirectory() }).status === 0

describe.skipIf(isRoot && !canMount)("an embedded store that cannot be written", () => {
  const writable = emptyDirectory()
  const cwd = emptyDirectory()
  // Before the directory goes: what was registered last is done first.
  afterAll(() => chmodSync(join(cwd, ".sluice"), 0o700))
  const run = (...args: ReadonlyArray<string>): Promise<Finished> => {
    if (!isRoot) return sluice(cwd, args)
    const command = ["-m", "sh", "-c", mounted, "sh", process.execPath, script, ...args]
    const { status, stderr, stdout } = spawnSync("unshare", command, { cwd, encoding: "utf8" })
    return Promise.resolve({ code: status, stdout, stderr })
  }
  beforeAll(async () => {
    await sluice(writable, ["materialize", "--all"])
    cpSync(join(writable, ".sluice"), join(cwd, ".sluice"), { recursive: true })
    for (const name of readdirSync(join(cwd, ".sluice"))) chmodSync(join(cwd, ".sluice", name), 0o444)
    chmodSync(join(cwd, ".sluice"), 0o555)
  }, 60_000)

  // Regression: `query` opened it to write, as `materialize` does, and failed.
  it("is queried, reported on and looked through as it is", async () => {
    const asked = await run("query", "select count(*) as n from users_raw", "--json")
    const analyst = await run("query", "select count(*) as n from users_raw", "--json", "--as", "analyst")
    const report = await run("privacy", "report", "--format", "json")
    const preview = await run("erase", "1", "--dry-run", "--json")
    const others = await Promise.all([run("list"), run("plan", "--all"), run("runs", "show"), run("asset", "users_raw")])
    expect([asked, analyst].map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, '[\n{"n":30}\n]\n'],
      [0, '[\n{"n":30}\n]\n']
    ])
    expect([report, preview, ...others].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
  }, 60_000)

  it("is not checked, since that is recorded, nor written by anything else; each says why", async () => {
    const check = await run("check")
    const materialize = await run("materialize", "users_raw")
    expect([check.code, check.stderr, materialize.code, materialize.stderr.split("\n")[1]]).toEqual([
      2,
      "✗ `check` records what the checks find, and the embedded store in .sluice cannot be written. Let this user write it, or name a copy of it with DATABASE_URL=sqlite:DIRECTORY. `pnpm assets query` reads it as it is.\n",
      2,
      expect.stringMatching(
        /(its file system is read-only|it may not be written).*Make it a directory that this user may write/
      )
    ])
  }, 60_000)
})

/** Who may not write what its modes forbid: this user, or for root another one, who must be able to read the checkout. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {}
const asNobody = (cwd: string, ...args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [script, ...args], { ...nobody, cwd, encoding: "utf8" })

// Regression: the setting that says where SQLite puts rows aside was refused first: "the store refused (SQLITE_ERROR)".
it.skipIf(asNobody("/", "graph").status !== 0)(
  "a store whose directory alone cannot be written says so",
  () => {
    const cwd = emptyDirectory()
    if (isRoot) chownSync(cwd, 65_534, 65_534)
    const first = asNobody(cwd, "materialize", "messages_raw")
    chmodSync(join(cwd, ".sluice"), 0o555)
    const { status, stderr } = asNobody(cwd, "materialize", "messages_raw")
    chmodSync(join(cwd, ".sluice"), 0o700)
    expect([first.status, status, stderr.split("\n")[1]]).toEqual([
      0,
      2,
      expect.stringMatching(/it may not be written \(EACCES\)\. Make it a directory that this user may write/)
    ])
  },
  60_000
)
