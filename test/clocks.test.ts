import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

/** The modules that read the time of day, for the time of an event, and the age of rows and runs. */
const timesOfDay = [
  "assets/src/assets/loadedAt.ts",
  "cli/src/privacy/PrivacyReport.ts",
  "cli/src/wiring/Retention.ts",
  "core/src/definitions/Pipeline.ts",
  "core/src/run/EventLog.ts",
  "core/src/run/Executor.ts",
  "core/src/run/Owner.ts",
  "core/src/run/PartitionFacts.ts",
  "core/src/run/PartitionedRun.ts",
  "core/src/run/RecordedRun.ts",
  "core/src/run/RunId.ts",
  "core/src/run/RunStore.ts",
  "core/src/run/Scheduler.ts",
  "core/src/testing/runForTest.ts",
  "files/src/FileAsset.ts",
  "rest-source/src/source/HttpPage.ts",
  "warehouse/src/checks/Freshness.ts",
  "warehouse/src/sql/SqlErasure.ts"
]

const timeOfDay = /\b(?:currentTimeMillis|unsafeCurrentTimeMillis|Date\.now|DateTime\.now|new Date\(\))/
const packages = fileURLToPath(new URL("../packages", import.meta.url))

it("the time of day, which can be set, measures no timeout, delay or duration: these modules alone read it", () => {
  const reading = readdirSync(packages).flatMap((name) => {
    const source = `${name}/src`
    if (!existsSync(`${packages}/${source}`)) return []
    return readdirSync(`${packages}/${source}`, { recursive: true, encoding: "utf8" })
      .map((file) => `${source}/${file}`)
      .filter((file) => file.endsWith(".ts") && timeOfDay.test(readFileSync(`${packages}/${file}`, "utf8")))
  })
  expect(reading.sort()).toEqual(timesOfDay)
})
