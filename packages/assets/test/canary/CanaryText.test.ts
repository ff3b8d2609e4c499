import type { Report } from "@sluice/assets/canary/CanarySuite"
import * as CanaryText from "@sluice/assets/canary/CanaryText"
import * as Style from "@sluice/cli/render/Style"
import { expect, it } from "vitest"

const report: Report = {
  store: "the embedded store",
  scenarios: 10,
  canaries: 3302,
  searched: [
    { place: "standard error", items: 10, bytes: 30_123, atHome: 0, finds: 0 },
    { place: "tables, as administrator", items: 60, bytes: 170_000, atHome: 5_184, finds: 3 }
  ],
  finds: [
    { place: "tables, as administrator", where: "users_raw", field: "users.email", form: "md5, hexadecimal", times: 3 }
  ],
  problems: ['"all is well" ended with 1, not with 0.']
}

it("the canary table tells what was searched, what was found where, and what could not be tried", () => {
  expect(`\n${CanaryText.lines(report, Style.plain).join("\n")}\n`).toMatchInlineSnapshot(`
    "
    3,302 canaries, 10 runs of the pipeline on the embedded store
      ✓ standard error            10 searched  30 kB   nothing
      ✗ tables, as administrator  60 searched  170 kB  3 finds  5,184 masked where they belong

    Found where it must not be
      ✗ tables, as administrator  users_raw  users.email, md5, hexadecimal  3 times
    ✗ "all is well" ended with 1, not with 0.
    "
  `)
})
