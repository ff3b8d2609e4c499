import { fileURLToPath } from "node:url"
import type { CallSite } from "@sluice/core/asset/CallSite"
import * as CallSites from "@sluice/core/internal/callSites"
import { expect, it } from "vitest"

const here = fileURLToPath(import.meta.url)
const define = () => CallSites.capture(define)
const helper = () => define()
const linesHere = (sites: ReadonlyArray<CallSite>) =>
  sites.filter(({ file }) => file.replace("file://", "") === here).map(({ line }) => line)

it("are the calls up to the module, the nearest first, of code in files", () => {
  const [sites] = [0].map(() => helper())
  const lines = linesHere(sites?.() ?? [])
  // The call in `helper`, and on one line that of the function that `map` calls, and that of `map` itself.
  expect([lines.length, new Set(lines).size, sites?.()[0]?.file.replace("file://", "")]).toEqual([3, 2, here])
})

it("are read once, and leave how stacks are made as it was", () => {
  const before = [Error.stackTraceLimit, Error.prepareStackTrace]
  Error.stackTraceLimit = 1
  const sites = helper()
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = Number(before[0])
  const first = sites()
  expect([limit, linesHere(first).length, sites() === first]).toEqual([1, 2, true])
  expect([Error.stackTraceLimit, Error.prepareStackTrace]).toEqual(before)
})
