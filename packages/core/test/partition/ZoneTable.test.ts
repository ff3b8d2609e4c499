import { existsSync, readFileSync } from "node:fs"
import * as ZoneTable from "@sluice/core/partition/internal/ZoneTable"
import { expect, it } from "vitest"

const until = Date.UTC(2038, 0, 1)
const zones = Intl.supportedValuesOf("timeZone")

/** The offset that the system's tables (RFC 9636) give at an instant, from the explicit transitions of a file's 64-bit part. */
const systemOffsets = (zone: string) => {
  const file = readFileSync(`/usr/share/zoneinfo/${zone}`)
  const counts = (at: number) => Array.from({ length: 6 }, (_, index) => file.readUInt32BE(at + 20 + index * 4))
  const [ut = 0, std = 0, leaps = 0, times = 0, types = 0, chars = 0] = counts(0)
  const second = 44 + times * 5 + types * 6 + chars + leaps * 8 + std + ut
  const [, , , count = 0, kinds = 0] = counts(second)
  const start = second + 44
  const since = Array.from({ length: count }, (_, index) => Number(file.readBigInt64BE(start + index * 8)) * 1000)
  const offsets = Array.from({ length: kinds }, (_, index) => file.readInt32BE(start + count * 9 + index * 6) * 1000)
  const kindOf = Array.from({ length: count }, (_, index) => file.readUInt8(start + count * 8 + index))
  return { since, offsetOf: (index: number) => offsets[kindOf[index] ?? 0] ?? 0 }
}

/** The changes of a zone's offset from 1970 to 2037, as the system's tables have them. */
const systemChanges = (zone: string): ReadonlyArray<readonly [at: number, offset: number]> => {
  const { offsetOf, since } = systemOffsets(zone)
  return since.flatMap((at, index) =>
    at > 0 && at < Date.UTC(2037, 11, 1) && offsetOf(index) !== offsetOf(index - 1) ? [[at, offsetOf(index)] as const] : []
  )
}

const changesOf = (zone: string) => {
  const { offsets, since } = ZoneTable.of(zone, until)
  return since.flatMap((at, index) => (at > 0 && at < Date.UTC(2037, 11, 1) ? [[at, offsets[index] ?? 0] as const] : []))
}

it("no two transitions of a zone since 1970 are as near as six days, the distance of the probes", () => {
  const gaps = zones.flatMap((zone) => {
    const changes = changesOf(zone)
    return changes.slice(1).map(([at], index) => at - (changes[index]?.[0] ?? 0))
  })
  expect(Math.min(...gaps)).toBeGreaterThan(6 * 86_400_000)
})

it("the two transitions of Recife in October 2000, 6.96 days apart, are both found", () => {
  const october = changesOf("America/Recife").filter(([at]) => at >= Date.UTC(2000, 9, 1) && at < Date.UTC(2000, 10, 1))
  expect(october.map(([at]) => new Date(at).toISOString())).toStrictEqual([
    "2000-10-08T03:00:00.000Z",
    "2000-10-15T02:00:00.000Z"
  ])
})

const systemTables = "/usr/share/zoneinfo/tzdata.zi"

it.skipIf(!existsSync(systemTables))(
  "zones change exactly when the system's tables say, up to the zones that two releases differ in",
  () => {
    const withFile = zones.filter((zone) => existsSync(`/usr/share/zoneinfo/${zone}`))
    const different = withFile.filter((zone) => JSON.stringify(changesOf(zone)) !== JSON.stringify(systemChanges(zone)))
    const isSameRelease = readFileSync(systemTables, "utf8").startsWith(`# version ${process.versions["tz"]}`)
    expect(withFile.length).toBeGreaterThan(400)
    expect(different.length).toBeLessThanOrEqual(isSameRelease ? 0 : 10)
  }
)

it("a table that is asked for later instants reaches further, and begins with the same entries", () => {
  const short = ZoneTable.of("America/New_York", 0)
  const long = ZoneTable.of("America/New_York", Date.UTC(2071, 0, 1))
  expect(long.since.slice(0, short.since.length)).toStrictEqual(short.since)
  expect(long.since.length).toBeGreaterThan(short.since.length)
})
