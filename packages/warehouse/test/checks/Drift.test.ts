import { expect, it } from "@effect/vitest"
import type { Difference } from "@sluice/warehouse/checks/Difference"
import * as Drift from "@sluice/warehouse/checks/Drift"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spec } from "./things.ts"

const altered: Difference = {
  subject: "users_raw",
  aspect: "column country",
  found: "VARCHAR(10)",
  declared: "VARCHAR(100)",
  remedy: "ALTER TABLE `users_raw` MODIFY COLUMN `country` VARCHAR(100)",
  origin: "outside"
}
const newer: Difference = { ...altered, aspect: "column age", origin: "declaration" }

const checked = (differences: ReadonlyArray<Difference>, open: ReadonlyArray<Difference> = []) =>
  Drift.check(spec).pipe(
    Effect.provide(
      Layer.mock(WarehouseAudit, {
        drift: () => Effect.succeed(differences),
        proof: () => Effect.succeed({ by: "login", refused: 12, open })
      })
    ),
    Effect.either
  )

it.effect("fails with every change from outside, what was found and declared, and the statement that repairs it", () =>
  Effect.gen(function* () {
    const result = yield* checked([altered, newer, { ...altered, subject: "messages_raw" }])
    expect(result._tag === "Left" ? result.left.message : "").toBe(
      [
        "The store is not as declared, in 2 ways; nothing was written.",
        "- users_raw, column country: found VARCHAR(10), declared VARCHAR(100)",
        "  remedy: ALTER TABLE `users_raw` MODIFY COLUMN `country` VARCHAR(100)",
        "- messages_raw, column country: found VARCHAR(10), declared VARCHAR(100)",
        "  remedy: ALTER TABLE `users_raw` MODIFY COLUMN `country` VARCHAR(100)",
        "Apply the remedies, or change the declaration, and run again."
      ].join("\n")
    )
  })
)

it.effect("lets pass what differs only because the declaration has changed", () =>
  Effect.gen(function* () {
    expect((yield* checked([newer]))._tag).toStrictEqual("Right")
    expect((yield* checked([]))._tag).toStrictEqual("Right")
  })
)

it.effect("fails with what the analyst was proved to read, though no list of grants shows it", () =>
  Effect.gen(function* () {
    const read: Difference = { ...altered, subject: "sensitive_city_ids", aspect: "what the analyst may do" }
    const result = yield* checked([newer], [read])
    expect(result._tag === "Left" && "differences" in result.left ? result.left.differences : []).toStrictEqual([read])
  })
)
