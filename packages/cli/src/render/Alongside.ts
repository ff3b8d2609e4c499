import type { Step } from "@sluice/core/plan/Plan"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as Human from "./Human.ts"

/** Given all of a run's events in order, says of each start which assets that the step is made from are still being made. */
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
      case "RunConcluded":
        return []
      default:
        open.delete(event.asset)
        return []
    }
  }
}

/** What each step of a plan is made from, by its asset. */
export const upstreamsOf = (steps: ReadonlyArray<Step>): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map(steps.map(({ after, asset }) => [asset, after]))

/** What a step goes on beside; nothing where all that it is made from has ended. */
export const words = (assets: ReadonlyArray<string>): ReadonlyArray<string> =>
  assets.length === 0 ? [] : [`alongside ${Human.list(assets)}`]
