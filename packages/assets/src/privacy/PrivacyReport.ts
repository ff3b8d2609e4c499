import { parts } from "@sluice/core/asset/CodeVersions"
import * as Derivation from "@sluice/core/data/Derivation"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import { RunStore, type RunStoreFailed } from "@sluice/core/run/RunStore"
import { Access } from "@sluice/warehouse/Access"
import { Difference } from "@sluice/warehouse/checks/Difference"
import { lastingDrift } from "@sluice/warehouse/checks/lastingDrift"
import { Proof } from "@sluice/warehouse/Proof"
import * as Anonymity from "@sluice/warehouse/privacy/Anonymity"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { UsersRaw } from "../tables/UsersRaw.ts"
import { Generalisation, text } from "./Generalisation.ts"
import * as RecordOfProcessing from "./RecordOfProcessing.ts"
import { residualRisks } from "./residualRisks.ts"

/**
 * What a privacy officer asks of a store, in counts, names and settings, and never a value of a row. As JSON it is the answer of
 * `privacy report --format json`: fields may be added, and what is here stays as it is.
 */
export const PrivacyReport = Schema.Struct({
  /** When it was made, ISO 8601 in UTC. */
  at: Schema.String,
  /** What happens to each field of the source, under the settings in force. */
  record: Schema.Array(
    Schema.Struct({
      source: Schema.Literal("users", "messages"),
      field: Schema.String,
      class: Schema.Literal("drop", "mask", "derive", "keep"),
      becomes: Schema.String,
      reason: Schema.String,
      legal: Schema.String
    })
  ),
  /** What is made of personal values and is public: every derivation that is declared. */
  derivations: Schema.Array(Schema.Struct({ kind: Schema.String, name: Schema.String })),
  /** The settings that make public rows coarser, and whether the rows that are there were made under them. */
  generalisation: Schema.Struct({
    birth: Schema.Literal("year", "band"),
    income: Schema.Literal("exact", "band"),
    emailDomainMin: Schema.Int,
    inForce: Schema.Boolean
  }),
  /** Who may do what, as the store tells. */
  access: Schema.Array(Access),
  /** Whether the analyst was proved to read nothing that is not public. */
  proof: Proof,
  /** Every way in which the store is not as declared. */
  drift: Schema.Array(Difference),
  anonymity: Anonymity.Anonymity,
  diversity: Schema.Array(Anonymity.Diversity),
  /** k by other sets of columns. */
  bySubset: Schema.Array(Anonymity.Comparison),
  /** k by coarser columns. */
  bySetting: Schema.Array(Anonymity.Comparison),
  /** Email domains, and those that few users have. `other` is none. */
  emailDomains: Schema.Struct({
    domains: Schema.Int,
    users: Schema.Int,
    /** Domains with fewer users than this are rare. */
    rareBelow: Schema.Int,
    rareDomains: Schema.Int,
    rareUsers: Schema.Int
  }),
  residualRisks: Schema.Array(Schema.Struct({ title: Schema.String, text: Schema.String }))
})
export type PrivacyReport = typeof PrivacyReport.Type

/** Asks the store; fails with `Missing` where users_raw is not there. */
export const make = Effect.fn("PrivacyReport.make")(function* (
  spec: WarehouseSpec
): Effect.fn.Return<PrivacyReport, WarehouseFailed | RunStoreFailed, Warehouse | RunStore> {
  const warehouse = yield* Warehouse
  const policy = yield* Generalisation
  const history = yield* (yield* RunStore).materializations
  yield* warehouse.open(UsersRaw)
  const { rare, ...findings } = yield* Anonymity.measure(UsersRaw, {
    least: Math.max(Anonymity.small, policy.emailDomainMin)
  })
  const last = history.get(UsersRaw.name)
  return {
    at: DateTime.formatIso(yield* DateTime.now),
    record: RecordOfProcessing.entries(policy),
    derivations: Derivation.declared(),
    generalisation: {
      ...policy,
      inForce: last === undefined || parts(last.provenance.code).settings === text(policy)
    },
    access: yield* warehouse.access,
    proof: yield* warehouse.proof(spec),
    drift: yield* lastingDrift(spec, () => true),
    ...findings,
    emailDomains: emailDomains(rare),
    residualRisks
  }
})

const emailDomains = (rare: ReadonlyArray<Anonymity.RareValues>): PrivacyReport["emailDomains"] => {
  const found = rare.find(({ column }) => column === "email_domain")
  return {
    domains: found?.values ?? 0,
    users: found?.users ?? 0,
    rareBelow: found?.rareBelow ?? Anonymity.small,
    rareDomains: found?.rareValues ?? 0,
    rareUsers: found?.rareUsers ?? 0
  }
}
