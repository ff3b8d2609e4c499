import { withSettings } from "@sluice/core/asset/CodeVersions"
import type { Provenance } from "@sluice/core/plan/Provenance"
import * as Staleness from "@sluice/core/plan/Staleness"
import { describe, expect, it } from "vitest"
import { graphOf } from "../support.ts"

const graph = graphOf({ api: [], cities: ["api"], users: ["api", "cities"], silent: ["users"] }, [
  "cities",
  "users",
  "silent"
])
const fresh = {
  api: { code: "1", inputs: {}, data: "api-1" },
  cities: { code: "1", inputs: { api: "api-1" }, data: "cities-1" },
  users: { code: "1", inputs: { api: "api-1", cities: "cities-1" }, data: "users-1" },
  silent: { code: "1", inputs: { users: "users-1" }, data: "silent-1" }
} satisfies Readonly<Record<string, Provenance>>
const known =
  (recorded: Readonly<Record<string, Provenance | undefined>>, unsettled: ReadonlyArray<string> = []) =>
  (asset: string): Staleness.Recorded | undefined => {
    const provenance = recorded[asset]
    return provenance === undefined ? undefined : { provenance, isSettled: !unsettled.includes(asset) }
  }
const standings = (
  recorded: Readonly<Record<string, Provenance | undefined>>,
  codes: Readonly<Record<string, string>> = {},
  unsettled: ReadonlyArray<string> = []
) => Object.fromEntries(Staleness.standings(graph, known(recorded, unsettled), ({ name }) => codes[name] ?? "1"))
const ephemeral: Staleness.Staleness = { _tag: "Ephemeral" }
const isFresh: Staleness.Staleness = { _tag: "Fresh" }
const stale = (...causes: ReadonlyArray<Staleness.Cause>): Staleness.Staleness => ({ _tag: "Stale", causes })

describe("staleness", () => {
  it("finds nothing where code and inputs are those of the last materialization", () => {
    expect(standings(fresh)).toStrictEqual({ api: ephemeral, cities: isFresh, users: isFresh, silent: isFresh })
  })

  it("names new data of a source, and follows it down", () => {
    expect(standings({ ...fresh, api: { code: "1", inputs: {}, data: "api-2" } })).toStrictEqual({
      api: ephemeral,
      cities: stale({ _tag: "Input", asset: "api" }),
      users: stale({ _tag: "Input", asset: "api" }, { _tag: "Upstream", asset: "cities" }),
      silent: stale({ _tag: "Upstream", asset: "users" })
    })
  })

  it("names changed code, and follows it down, and not sideways or up", () => {
    expect(standings(fresh, { users: "2" })).toStrictEqual({
      api: ephemeral,
      cities: isFresh,
      users: stale({ _tag: "Code" }),
      silent: stale({ _tag: "Upstream", asset: "users" })
    })
  })

  it("calls an asset stale whose code has no version, whatever is recorded of it", () => {
    const withoutVersion = (recorded: string) =>
      Staleness.standings(
        graph,
        (asset) => ({ provenance: { code: recorded, inputs: {}, data: asset }, isSettled: true }),
        ({ name }) => (name === "cities" ? undefined : "1")
      ).get("cities")
    const input = { _tag: "Input", asset: "api" } as const
    const expected = stale({ _tag: "CodeUnknown" }, input)
    expect([withoutVersion("1"), withoutVersion("unknown")]).toStrictEqual([expected, expected])
  })

  it("names changed settings, and tells them from changed code", () => {
    const made = { ...fresh, users: { ...fresh.users, code: withSettings("1", "bands") } }
    const causes = (codes: Readonly<Record<string, string>>) => standings(made, codes)["users"]
    expect([
      causes({ users: withSettings("1", "bands") }),
      causes({ users: withSettings("1", "years") }),
      causes({}),
      causes({ users: withSettings("2", "bands") }),
      standings(fresh, { users: withSettings("1", "bands") })["users"]
    ]).toStrictEqual([
      isFresh,
      stale({ _tag: "Settings" }),
      stale({ _tag: "Settings" }),
      stale({ _tag: "Code" }),
      stale({ _tag: "Settings" })
    ])
  })

  // Regression: a step that published and failed afterwards left new data under the old record, and was called fresh.
  it("trusts no record of an asset whose last step failed or was canceled", () => {
    expect(standings(fresh, {}, ["users"])).toStrictEqual({
      api: ephemeral,
      cities: isFresh,
      users: stale({ _tag: "Unsettled" }),
      silent: stale({ _tag: "Upstream", asset: "users" })
    })
  })

  it("tells what was never materialized from what is stale because of it", () => {
    expect(standings({ ...fresh, users: undefined })).toStrictEqual({
      api: ephemeral,
      cities: isFresh,
      users: { _tag: "Never" },
      silent: stale({ _tag: "Input", asset: "users" }, { _tag: "Upstream", asset: "users" })
    })
  })
})
