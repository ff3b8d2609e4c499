import { expect, it } from "@effect/vitest"
import { namesIn } from "@sluice/warehouse/mysql/MandatoryRoles"

it("mandatory roles are read in every way that the setting can be written", () => {
  expect(namesIn("")).toEqual([])
  expect(namesIn("staff")).toEqual(["`staff`@`%`"])
  expect(namesIn("`staff`@`%`,'r, 2'@'10.%', \"x\"@localhost,plain@%")).toEqual([
    "`staff`@`%`",
    "`r, 2`@`10.%`",
    "`x`@`localhost`",
    "`plain`@`%`"
  ])
  expect(namesIn("`a``b`")).toEqual(["`a``b`@`%`"])
})
