import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { emptyDirectory, sluice } from "../support.ts"

describe("privacy canary", () => {
  it("is refused two sizes at once, and a server on which it can make no database of its own", async () => {
    const cwd = emptyDirectory()
    const both = await sluice(cwd, ["privacy", "canary", "--small", "--full"])
    const server = await sluice(cwd, ["privacy", "canary"], { DATABASE_URL: "mysql://sluice:secret-word@127.0.0.1:1/dwh" })
    expect([both, server].map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [2, "", "✗ Use --small or --full, not both.\n"],
      [2, "", "✗ Set DATABASE_ADMIN_URL: the suite makes a database of its own on the server, and drops it again.\n"]
    ])
    expect(existsSync(join(cwd, ".sluice"))).toBe(false)
  })

  // Regression: it called itself a bug.
  it("says where it needs a temporary directory and can make none", async () => {
    const TMPDIR = join(emptyDirectory(), "absent")
    const { code, stderr, stdout } = await sluice(emptyDirectory(), ["privacy", "canary"], { TMPDIR })
    expect([code, stdout, stderr]).toEqual([
      2,
      "",
      `✗ No directory can be made in ${TMPDIR}, and the suite needs one to work in. Name one that can be written in TMPDIR.\n`
    ])
  })
})
