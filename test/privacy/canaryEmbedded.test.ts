import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as CanarySuite from "@sluice/assets/canary/CanarySuite"
import * as Effect from "effect/Effect"
import { describe, expect, it, onTestFinished } from "vitest"
import { assets, embedded, proveOn, warehouse } from "./canaryProof.ts"
import * as LeakyBuild from "./leakyBuild.ts"

proveOn(embedded, true, () => Promise.resolve(undefined))

describe.runIf(process.platform === "linux")("rows that a killed process had spilled", () => {
  it("were searched while they lay on disk, and are found where they are not encrypted", async () => {
    const only = (scenario: string) => scenario.startsWith("killed")
    const places = async (script: string) => {
      const program = { file: process.execPath, args: [script] }
      const options = {
        program,
        pipeline: "spark",
        warehouse,
        administrator: undefined,
        size: "small",
        seed: "spill",
        only
      } as const
      const { finds, searched } = await Effect.runPromise(CanarySuite.run(options))
      const bytes = searched.find(({ place }) => place === "spilled rows, while the process lives")?.bytes ?? 0
      return [bytes > 1_000, new Set(finds.map(({ place }) => place)).has("temporary directory")]
    }
    expect(await places(assets)).toEqual([true, false])
    const directory = mkdtempSync(join(tmpdir(), "sluice-leaky-"))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    // What is not unlinked has a name, and so is found after the kill.
    expect((await places(await LeakyBuild.build(directory)))[1]).toBe(true)
  }, 60_000)
})
