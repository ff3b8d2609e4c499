import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { it } from "@effect/vitest"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect } from "vitest"
import * as ProcessIdentity from "../../src/wiring/ProcessIdentity.ts"
import * as TemporaryFiles from "../../src/wiring/TemporaryFiles.ts"
import { emptyDirectory } from "../support.ts"

it.effect("leftovers of processes that have ended are removed, and nothing else is", () =>
  Effect.gen(function* () {
    const directory = emptyDirectory()
    const self = ProcessIdentity.self()
    const { pid: ended } = spawnSync(process.execPath, ["-e", ""])
    const reused = { ...self, started: `${self.started?.split(" ")[0]} 1` }
    const elsewhere = { pid: ended, started: "another-boot 1" }
    const leftovers = [{ ...self, pid: ended }, reused].map((process) => `${TemporaryFiles.prefixOf(process)}Abc123`)
    const others = [
      `${TemporaryFiles.prefixOf(self)}Abc123`,
      `${TemporaryFiles.prefixOf(elsewhere)}Abc123`,
      "sluice-Abc123",
      `sluice-${ended}-notes`
    ].sort()
    for (const name of [...leftovers, ...others]) mkdirSync(join(directory, name))
    for (const name of leftovers) writeFileSync(join(directory, name, "rows"), "")
    const open = Effect.flatMap(Spill, ({ open }) => open({ compress: false }))
    const spill = TemporaryFiles.spill({ rowsInMemory: 0, directory })
    yield* Effect.scoped(Effect.provide(open, Layer.provide(spill, NodeFileSystem.layer)))
    expect(readdirSync(directory).sort()).toEqual(others)
    const missing = join(directory, "missing")
    yield* Effect.provide(TemporaryFiles.removeLeftovers(missing), NodeFileSystem.layer)
    expect(existsSync(missing)).toBe(false)
  })
)
