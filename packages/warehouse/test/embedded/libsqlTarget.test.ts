import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { currentTarget, isMusl } from "../../../cli/loader/libsqlTarget.mjs"

const directory = mkdtempSync(join(tmpdir(), "sluice-target-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it("libSQL's binary is the one that its package's own search finds", () => {
  const libsql = createRequire(import.meta.url).resolve("libsql")
  const search = createRequire(libsql)("@neon-rs/load")
  expect(currentTarget()).toBe(search.currentTarget())
})

it("a program that musl loads is told from one that glibc does", () => {
  const program = (loader: string) => {
    const path = join(directory, "program")
    writeFileSync(path, Buffer.concat([Buffer.from("\x7fELF"), Buffer.alloc(560), Buffer.from(`${loader}\0`)]))
    return path
  }
  const loaders = ["/lib/ld-musl-x86_64.so.1", "/lib64/ld-linux-x86-64.so.2"]
  expect(loaders.map((loader) => isMusl(program(loader)))).toEqual([true, false])
})

// Regression: the store could not be opened if Node does not know its own path, and a patched program counted as glibc's.
it("of a program that does not tell, the process that asks does", () => {
  const patched = join(directory, "patched")
  writeFileSync(patched, Buffer.concat([Buffer.from("\x7fELF"), Buffer.alloc(4_000)]))
  const own = isMusl(process.execPath)
  expect([isMusl(patched), isMusl(join(directory, "nowhere")), isMusl(directory)]).toEqual([own, own, own])
})
