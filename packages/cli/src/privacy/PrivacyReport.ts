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
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The k-anonymity of a table with one row per person. */
export const People = Schema.Struct({
  table: Schema.String,
  /** The settings that the table's rows depend on. Null if there are none. */
  settings: Schema.NullOr(Schema.String),
  /** Whether the current rows were made under these settings. */
  inForce: Schema.Boolean,
  anonymity: Anonymity.Anonymity,
  diversity: Schema.Array(Anonymity.Diversity),
  /** k by other sets of columns. */
  bySubset: Schema.Array(Anonymity.Comparison),
  /** k by coarser columns. */
  bySetting: Schema.Array(Anonymity.Comparison),
  /** For each column whose rare values can be joined. */
  rare: Schema.Array(Anonymity.RareValues)
})
export type People = typeof People.Type

/**
 * Facts about a store for a privacy officer: counts, names and settings, never a value of a row. `privacy report --format json`
 * prints it. Fields may be added; the existing ones do not change.
 */
export const PrivacyReport = Schema.Struct({
  /** The time of the report, ISO 8601 in UTC. */
  at: Schema.String,
  /** The processing of each field of the source, under the settings in force. */
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
  /** The declared derivations: public values that are made of personal ones. */
  derivations: Schema.Array(Schema.Struct({ kind: Schema.String, name: Schema.String })),
  /** The rights of each account, as the store reports them. */
  access: Schema.Array(Access),
  /** Whether it is proved that the analyst can read only public relations. */
  proof: Proof,
  /** Every difference between the store and its declaration. */
  drift: Schema.Array(Difference),
  /**
   * Tables that another program stores. The report does not inspect them. `people` says whether their rows are about people.
   */
  external: Schema.Array(Schema.Struct({ table: Schema.String, people: Schema.Boolean })),
  /** Each table of the store with one row per person and a quasi-identifier. */
  people: Schema.Array(People),
  residualRisks: Schema.Array(Schema.Struct({ title: Schema.String, text: Schema.String }))
})
export type PrivacyReport = typeof PrivacyReport.Type

/**
 * Reads the report from the store of one pipeline. Fails with `Missing` if the pipeline has tables with one row per person and
 * the store has none of them.
 */
export const make = Effect.fn("PrivacyReport.make")(function* (
  sealed: Definitions.Sealed<Definitions.SomeAsset>,
  { privacy, settingsOf }: Definitions.Configured
): Effect.fn.Return<PrivacyReport, WarehouseFailed | RunStoreFailed, WarehousePorts | RunStore> {
  const warehouse = yield* Warehouse
  const audit = yield* WarehouseAudit
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
    access: yield* audit.access,
    proof: yield* audit.proof(spec),
    drift: yield* lastingDrift(spec, () => true),
    external: Relations.externalsOf(sealed.graph).map(({ name, subject }) => ({ table: name, people: subject.length > 0 })),
    people: yield* Effect.forEach(there, peopleIn),
    residualRisks: privacy.residualRisks
  }
})

const isMissing = ({ reason }: WarehouseFailed): boolean => reason === "Missing"
