import * as Plan from "@sluice/core/plan/Plan"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { arbitraryEdges, graphOf, planOf } from "../support.ts"

const pipeline = graphOf(
  {
    api: [],
    cities: ["api"],
    users: ["api", "cities"],
    subscriptions: ["api"],
    silent: ["users", "subscriptions"],
    other: []
  },
  ["cities", "users", "subscriptions", "silent"]
)
const told = (plan: ReturnType<typeof planOf>) => plan.steps.map(({ asset, action, reason }) => [asset, action, reason])

describe("Plan", () => {
  it("recomputes an ephemeral source, and with it whatever lies between it and the selected asset", () => {
    expect(told(planOf(pipeline, "users"))).toStrictEqual([
      ["api", "materialize", { _tag: "NeededBy", assets: ["cities", "users"] }],
      ["cities", "materialize", { _tag: "SameSnapshot", source: "api" }],
      ["users", "materialize", { _tag: "Selected" }]
    ])
  })

  it("loads stored upstreams that are not selected, and touches no source for it", () => {
    expect(told(planOf(pipeline, "silent"))).toStrictEqual([
      ["subscriptions", "load", { _tag: "LoadedFor", assets: ["silent"] }],
      ["users", "load", { _tag: "LoadedFor", assets: ["silent"] }],
      ["silent", "materialize", { _tag: "Selected" }]
    ])
  })

  it("takes every input of a step from one snapshot: a stored upstream below a recomputed source is not loaded", () => {
    expect(told(planOf(pipeline, "users", "silent")).map(([asset, action]) => [asset, action])).toStrictEqual([
      ["api", "materialize"],
      ["cities", "materialize"],
      ["subscriptions", "materialize"],
      ["users", "materialize"],
      ["silent", "materialize"]
    ])
  })

  it("refuses, before anything runs, an upstream that was never materialized, and says what to run", () => {
    const selected = [pipeline.names.indexOf("silent")]
    const plan = Plan.make(pipeline, { selection: "silent", selected, isMaterialized: (asset) => asset === "users" })
    expect(Either.flip(plan).pipe(Either.getOrThrow).message.split("\n")).toStrictEqual([
      '"subscriptions" has never been materialized, but silent needs it.',
      "Run `sluice materialize subscriptions` first, or materialize them together."
    ])
  })

  it("holds on any graph: each step once, after those it waits for, all needed ones there, ephemeral ones never loaded", () => {
    FastCheck.assert(
      FastCheck.property(arbitraryEdges(14), FastCheck.infiniteStream(FastCheck.boolean()), (edges, coins) => {
        const flip = () => coins.next().value === true
        const names = Object.keys(edges)
        const stored = names.filter(flip)
        const selected = names.filter(flip)
        if (selected.length === 0) return
        const plan = planOf(graphOf(edges, stored), ...selected)
        const done = new Set<string>()
        for (const step of plan.steps) {
          expect(done.has(step.asset)).toBe(false)
          expect(step.after.filter((up) => !done.has(up))).toStrictEqual([])
          expect(step.after).toStrictEqual(step.action === "load" ? [] : (edges[step.asset] ?? []))
          if (step.action === "load") expect(stored).toContain(step.asset)
          expect(step.reason._tag === "Selected").toBe(selected.includes(step.asset))
          done.add(step.asset)
        }
        expect(selected.filter((name) => !done.has(name))).toStrictEqual([])
        assertOneSnapshot(plan, edges, stored)
      })
    )
  })
})

/** No step may read a loaded value that depends on a source that the same plan recomputes for it. */
const assertOneSnapshot = (
  plan: ReturnType<typeof planOf>,
  edges: Readonly<Record<string, ReadonlyArray<string>>>,
  stored: ReadonlyArray<string>
) => {
  const materialized = new Set(plan.steps.flatMap((step) => (step.action === "materialize" ? [step.asset] : [])))
  const ancestors = (name: string): ReadonlyArray<string> => [name, ...(edges[name] ?? []).flatMap(ancestors)]
  for (const { asset, action } of plan.steps) {
    if (action !== "load") continue
    const recomputed = ancestors(asset).filter((name) => materialized.has(name) && !stored.includes(name))
    expect(recomputed, `${asset} is loaded although its source is recomputed`).toStrictEqual([])
  }
}
