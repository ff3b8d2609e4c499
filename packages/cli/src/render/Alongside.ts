import type { Planned } from "@sluice/core/plan/Plan"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as Human from "./Human.ts"

/** Reads the events of a run in order, and returns the running upstreams of each step that starts. */
export const following = (): ((event: RunEvent) => ReadonlyArray<string>) => {
  let after: ReadonlyMap<string, ReadonlyArray<string>> = new Map()
  const open = new Set<string>()
  return (event) => {
    switch (event._tag) {
      case "RunStarted":
        after = upstreamsOf(event.steps)
        return []
      case "StepStarted":
        open.add(event.asset)
        return (after.get(event.asset) ?? []).filter((asset) => open.has(asset))
      case "StepProgressed":
      case "CheckEvaluated":
      case "StepRetrying":
      case "PartitionsSucceeded":
      case "PartitionsFailed":
      case "PartitionsSkipped":
      case "PartitionsLate":
      case "RunConcluded":
        return []
      default:
        open.delete(event.asset)
        return []
    }
  }
}

/** The upstreams of each step of a plan, by asset. */
export const upstreamsOf = (steps: ReadonlyArray<Planned>): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map(steps.map(({ after, asset }) => [asset, after]))

/** The running upstreams of a step, in words. Empty if all have ended. */
export const words = (assets: ReadonlyArray<string>): ReadonlyArray<string> =>
  assets.length === 0 ? [] : [`alongside ${Human.list(assets)}`]
