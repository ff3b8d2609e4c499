import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as CanarySuite from "@sluice/assets/canary/CanarySuite"
import type * as Scenarios from "@sluice/assets/canary/Scenarios"
import definitions from "@sluice/assets/definitions"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Flavour, sharedPort } from "../servers/TestServers.ts"
import { isFull } from "../setup/size.ts"
import * as LeakyBuild from "./leakyBuild.ts"

const { warehouse } = Either.getOrThrow(definitions.sealed)

/** The real pipeline. */
const assets = fileURLToPath(new URL("../../scripts/assets.cjs", import.meta.url))

/** The administrator of the shared test server. */
export const administratorOf = async (flavour: Flavour): Promise<MysqlUrl> => ({
  _tag: "Mysql",
  host: "127.0.0.1",
  port: await sharedPort(flavour),
  user: "root",
  password: Redacted.make(""),
  database: ""
})

const run = async (
  script: string,
  administrator: () => Promise<MysqlUrl | undefined>,
  size: Scenarios.Size,
  only: (scenario: string) => boolean = () => true
) =>
  Effect.runPromise(
    CanarySuite.run({
      program: { file: process.execPath, args: [script] },
      pipeline: definitions.name,
      warehouse,
      administrator: await administrator(),
      size,
      seed: "test",
      only
    })
  )

/** All places that must be searched. */
const everywhere = [
  "all that the analyst sees",
  "database files",
  "everything, for an erased user",
  "home directory",
  "order of mask ids",
  "quarantine",
  "run history",
  "standard error",
  "standard output",
  "tables, as administrator",
  "temporary directory",
  "working directory"
]

/** The leaky build cannot leak in the other scenarios: answers without rows, silence. */
const leaksIn = (scenario: string): boolean =>
  !/^(a truncated|silence|a source URL|a wrong password|all is well again|users fail|messages fail)/.test(scenario)

/** The name of the store without a server. */
export const embedded = "the embedded store"

/**
 * Runs the suite on one store, with the real pipeline and with a leaky one. `administrator` is a server's; none for the
 * embedded store.
 */
export const proveOn = (name: string, available: boolean, administrator: () => Promise<MysqlUrl | undefined>) => {
  const isEmbedded = name === embedded
  /** At less than full size, one store is enough for the coarser columns. */
  const isTried = (scenario: string) => isFull || isEmbedded || !scenario.startsWith("all is well again")

  describe.skipIf(!available)(`the canary suite on ${name}`, () => {
    const directory = mkdtempSync(join(tmpdir(), "sluice-leaky-"))
    let leaky = ""
    beforeAll(async () => {
      leaky = await LeakyBuild.build(directory)
    })
    afterAll(() => rmSync(directory, { recursive: true, force: true }))

    it("finds no canary in any form anywhere but in its mask table, on success and on every fault", async () => {
      const { finds, problems, searched } = await run(assets, administrator, isFull ? "full" : "small", isTried)
      expect([finds.slice(0, 5), problems]).toEqual([[], []])
      expect(everywhere.filter((place) => searched.every((one) => one.place !== place))).toEqual([])
      expect(searched.find(({ place }) => place === "tables, as administrator")?.atHome).toBeGreaterThan(100)
      if (process.platform === "linux") {
        // Rows that the killed process had spilled. Their file has no name, so it can be searched only while the process lives.
        const spilled = searched.find(({ place }) => place === "spilled rows, while the process lives")
        expect(spilled?.bytes).toBeGreaterThan(1_000)
      }
    }, 600_000)

    // The additional scenarios of the full size add no place to leak to.
    it.runIf(isFull || isEmbedded)(
      "catches a leaky build at every place that it leaks to",
      async () => {
        const { finds } = await run(leaky, administrator, "small", leaksIn)
        const found = new Set(finds.map(({ form, place }) => `${place}: ${form}`))
        const expected = [
          "all that the analyst sees: as it is",
          "all that the analyst sees: md5, hexadecimal",
          "database files: as it is",
          "database files: md5, hexadecimal",
          "everything, for an erased user: as it is",
          "order of mask ids: in the order of sha256",
          "quarantine: as it is",
          "run history: as it is",
          "standard error: as it is",
          "standard output: as it is",
          "tables, as administrator: as it is",
          "tables, as administrator: md5, hexadecimal",
          // Rows that the killed process had spilled: the leaky build does not unlink their file.
          "temporary directory: as it is"
        ]
        expect(expected.filter((one) => !found.has(one))).toEqual([])
        const secrets = finds.filter(({ field, place }) => field === "DATABASE_URL" && place === "standard error")
        const quoted = finds.filter(({ place, where }) => place === "standard error" && where.startsWith("a database that"))
        const names = finds.filter(({ field, place }) => field === "an unknown key" && place === "run history")
        expect([secrets.length > 0, quoted.length > 0, names.length > 0]).toEqual([true, true, true])
      },
      300_000
    )
  })
}
