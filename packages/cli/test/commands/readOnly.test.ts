import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, readdirSync } from "node:fs"
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

// Regression: SQLite refused to sort its indexes there, and the error named neither the directory nor what to do.
it.skipIf(isRoot && !canMount)(
  "a store whose files can be written but not its directory is not written, and says so",
  async () => {
    const cwd = emptyDirectory()
    const store = join(cwd, ".sluice")
    await sluice(cwd, ["materialize", "messages_raw"])
    // Root has other files over those of a file system that is mounted for reading.
    cpSync(store, join(cwd, "files"), { recursive: true })
    const mounts = `mount --bind .sluice .sluice && mount -o remount,ro,bind .sluice &&
    for name in .sluice/*; do mount --bind "files/\${name#*/}" "$name"; done && exec "$@"`
    const outcome = (...args: ReadonlyArray<string>) => {
      const command = isRoot ? ["unshare", "-m", "sh", "-c", mounts, "sh"] : ["env"]
      const [program = "", ...rest] = [...command, process.execPath, script, ...args]
      const { status, stderr } = spawnSync(program, rest, { cwd, encoding: "utf8" })
      return [status, stderr.split("\n").find((line) => line.startsWith("✗"))]
    }
    if (!isRoot) chmodSync(store, 0o500)
    const outcomes = [outcome("materialize", "messages_raw"), outcome("erase", "8"), outcome("runs", "list")]
    chmodSync(store, 0o700)
    const refused = [
      2,
      expect.stringMatching(
        /^✗ Could not open the embedded store in \.sluice: .*Make it a directory that this user may write/
      )
    ]
    expect(outcomes).toEqual([refused, refused, [0, undefined]])
  },
  60_000
)
