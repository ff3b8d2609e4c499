import { parts } from "@sluice/core/asset/CodeVersions"
import * as Derivation from "@sluice/core/data/Derivation"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Relations from "@sluice/core/definitions/Relations"
import type * as Table from "@sluice/core/relation/Table"
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

/** How well people hide in a table that has a row for each of them. */
export const People = Schema.Struct({
  table: Schema.String,
  /** The settings that its rows depend on; null if there are none. */
  settings: Schema.NullOr(Schema.String),
  /** Whether the rows that are there were made under them. */
  inForce: Schema.Boolean,
  anonymity: Anonymity.Anonymity,
  diversity: Schema.Array(Anonymity.Diversity),
  /** k by other sets of columns. */
  bySubset: Schema.Array(Anonymity.Comparison),
  /** k by coarser columns. */
  bySetting: Schema.Array(Anonymity.Comparison),
  /** Of each column whose rare values can become one. */
  rare: Schema.Array(Anonymity.RareValues)
})
export type People = typeof People.Type

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
      source: Schema.String,
      field: Schema.String,
      class: Schema.Literal("drop", "mask", "derive", "keep"),
      becomes: Schema.String,
      reason: Schema.String,
      legal: Schema.String
    })
  ),
  /** What is made of personal values and is public: every derivation that is declared. */
  derivations: Schema.Array(Schema.Struct({ kind: Schema.String, name: Schema.String })),
  /** Who may do what, as the store tells. */
  access: Schema.Array(Access),
  /** Whether the analyst was proved to read nothing that is not public. */
  proof: Proof,
  /** Every way in which the store is not as declared. */
  drift: Schema.Array(Difference),
  /** Tables that somebody else loads: they were not looked at. `people` says whether their rows are about people. */
  external: Schema.Array(Schema.Struct({ table: Schema.String, people: Schema.Boolean })),
  /** Each table with a row for each person and a quasi-identifier that is in the store. */
  people: Schema.Array(People),
  residualRisks: Schema.Array(Schema.Struct({ title: Schema.String, text: Schema.String }))
})
export type PrivacyReport = typeof PrivacyReport.Type

/**
 * Asks the store of one pipeline. Fails with `Missing` if the pipeline has tables with a row for each person and none of them
 * is in the store.
 */
export const make = Effect.fn("PrivacyReport.make")(function* (
  sealed: Definitions.Sealed<Definitions.SomeAsset>,
  { privacy, settingsOf }: Definitions.Configured
): Effect.fn.Return<PrivacyReport, WarehouseFailed | RunStoreFailed, Warehouse | RunStore> {
  const warehouse = yield* Warehouse
  const history = yield* (yield* RunStore).materializations
  const { warehouse: spec } = sealed
  const declared = Anonymity.tablesOfPeople(spec.tables)
  const there = yield* Effect.filter(declared, (table) =>
    Effect.catchIf(Effect.as(warehouse.open(table), true), isMissing, () => Effect.succeed(false))
  )
  const [first] = declared
  if (first !== undefined && there.length === 0) yield* warehouse.open(first)
  const peopleIn = Effect.fnUntraced(function* (table: Table.Any) {
    const name = sealed.graph.assets.find((asset) => Relations.relationOf(asset)?.name === table.name)?.name ?? table.name
    const last = history.get(name)
    const settings = settingsOf(name)
    const found = yield* Anonymity.measure(table, { least: Math.max(Anonymity.small, privacy.rareBelow ?? 0) })
    const inForce = last === undefined || parts(last.provenance.code).settings === settings
    return { table: table.name, settings: settings ?? null, inForce, ...found }
  })
  return {
    at: DateTime.formatIso(yield* DateTime.now),
    record: privacy.record,
    derivations: Derivation.declared(),
    access: yield* warehouse.access,
    proof: yield* warehouse.proof(spec),
    drift: yield* lastingDrift(spec, () => true),
    external: Relations.externalsOf(sealed.graph).map(({ name, subject }) => ({ table: name, people: subject.length > 0 })),
    people: yield* Effect.forEach(there, peopleIn),
    residualRisks: privacy.residualRisks
  }
})

const isMissing = ({ reason }: WarehouseFailed): boolean => reason === "Missing"
