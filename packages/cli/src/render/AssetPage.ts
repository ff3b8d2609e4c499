import type * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import * as Topology from "@sluice/core/graph/topology"
import type { Staleness } from "@sluice/core/plan/Staleness"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import type { CheckEvaluated } from "@sluice/core/run/RunEvent"
import type { LastStep, Materialization } from "@sluice/core/run/RunRecord"
import * as AssetPartitionsText from "./AssetPartitionsText.ts"
import * as ChecksText from "./ChecksText.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as MaterializationsText from "./MaterializationsText.ts"
import * as StandingText from "./StandingText.ts"
import type { Style } from "./Style.ts"

/** Everything that is known about one asset. */
export interface Page extends Known {
  readonly asset: Asset.Any
  readonly columns: ReadonlyArray<readonly [name: string, type: string]>
  readonly upstreams: ReadonlyArray<string>
  readonly downstreams: ReadonlyArray<string>
  /** The numbers of its direct and indirect upstreams and downstreams. */
  readonly above: number
  readonly below: number
}

/** Its history. */
export interface Known {
  readonly standing: Staleness | undefined
  readonly lastStep: LastStep | undefined
  /** Newest first. */
  readonly history: ReadonlyArray<Materialization>
  readonly checks: ReadonlyArray<CheckEvaluated>
  /** Undefined if the asset is not cut, or not stored. */
  readonly partitions?: AssetPartitionsText.AssetPartitions | undefined
}

/** Collects the page of an asset. `relation` is the asset's table, view or mask. */
export const make = (
  graph: AssetGraph<Asset.Any>,
  asset: Asset.Any,
  relation: { readonly columns: Table.Columns } | undefined,
  known: Known
): Page => {
  const index = graph.indexOf(asset.name) ?? -1
  const names = (indices: ReadonlyArray<number> = []) => indices.flatMap((at) => graph.names[at] ?? [])
  return {
    asset,
    columns: Object.entries(relation?.columns ?? {}).map(([name, column]) => [name, typeOf(column)]),
    upstreams: names(graph.upstreams[index]),
    downstreams: names(graph.downstreams[index]),
    above: Topology.reach(graph.upstreams, [index]).size - 1,
    below: Topology.reach(graph.downstreams, [index]).size - 1,
    ...known
  }
}

/** The page as text. */
export const lines = (page: Page, style: Style): ReadonlyArray<string> => {
  const { asset, checks, columns, history, lastStep, partitions, standing } = page
  const tags = Object.entries(asset.tags).map(([key, value]) => `${key}=${value}`)
  const facts: ReadonlyArray<readonly [string, string]> = [
    ["group", asset.group],
    ["kind", asset.kind],
    ["owners", asset.owners.join(", ")],
    ["tags", tags.join(", ")],
    ["pool", asset.pool ?? ""],
    ["defined", asset.definedAt()],
    ["made from", lineage(page.upstreams, page.above)],
    ["makes", lineage(page.downstreams, page.below)],
    [
      "status",
      standing === undefined || partitions !== undefined ? "" : StandingText.paint(standing, style)(standingText(standing))
    ],
    ["data from", (history[0]?.provenance.origins ?? []).join(", ")],
    ["last step", lastStep === undefined ? "" : `${lastStep.status}, ${Human.time(lastStep.at)}, run ${lastStep.runId}`]
  ]
  return [
    style.bold(asset.name),
    ...(asset.description === undefined ? [] : Layout.wrap(asset.description, Math.min(style.columns, 100))),
    "",
    ...Layout.table(
      facts.flatMap(([name, text]) => (text === "" ? [] : [[`  ${style.dim(name)}`, text]])),
      style.columns
    ),
    ...section(
      "Columns",
      Layout.table(
        columns.map(([name, type]) => [`  ${style.cyan(name)}`, type]),
        style.columns
      ),
      style
    ),
    ...(partitions === undefined ? [] : section("Partitions", AssetPartitionsText.lines(partitions, style), style)),
    ...(partitions?.records === undefined
      ? []
      : section(
          `History of ${partitions.records.text}`,
          AssetPartitionsText.recordLines(partitions.records.all, style),
          style
        )),
    ...section(
      Storage.isExternal(asset.storage) ? "Observations" : "Materializations",
      MaterializationsText.lines(history, style),
      style
    ),
    ...section("Checks", checkLines(asset, checks, style), style)
  ]
}

/** The page as JSON. */
export const json = ({ asset, columns, ...page }: Page): string =>
  JSON.stringify(
    {
      name: asset.name,
      description: asset.description ?? null,
      group: asset.group,
      kind: asset.kind,
      owners: asset.owners,
      tags: asset.tags,
      pool: asset.pool ?? null,
      definedAt: asset.definedAt(),
      columns: columns.map(([name, type]) => ({ name, type })),
      upstreams: page.upstreams,
      downstreams: page.downstreams,
      standing: page.standing ?? null,
      lastStep: page.lastStep ?? null,
      ...(page.partitions === undefined ? {} : { partitions: partitionsJson(page.partitions) }),
      materializations: page.history,
      checks: asset.checks.map((check) => ({
        name: check.name,
        description: check.description,
        severity: check.severity,
        blocking: check.blocking,
        last: page.checks.find((found) => found.check === check.name) ?? null
      }))
    },
    null,
    2
  )

const partitionsJson = ({ failures, records, report }: AssetPartitionsText.AssetPartitions) => ({
  ...report,
  counts: { ...report.counts, orphaned: report.counts.orphaned ?? null },
  failures,
  ...(records === undefined ? {} : { records: records.all })
})

const section = (title: string, body: ReadonlyArray<string>, style: Style): ReadonlyArray<string> =>
  body.length === 0 ? [] : ["", style.bold(title), ...body]

const lineage = (names: ReadonlyArray<string>, all: number): string =>
  names.length === 0 ? "" : `${names.join(", ")}${all > names.length ? ` (${all} in all)` : ""}`

/** The status with every cause. A list shows fewer. */
const standingText = (standing: Staleness): string =>
  standing._tag === "Stale" ? `stale: ${standing.causes.map(StandingText.cause).join("; ")}` : StandingText.words(standing)

const checkLines = ({ checks }: Asset.Any, results: ReadonlyArray<CheckEvaluated>, style: Style): ReadonlyArray<string> =>
  Layout.table(
    checks.map((check) => {
      const last = results.find((result) => result.check === check.name)
      const found =
        last === undefined
          ? ["never asked"]
          : [...ChecksText.cells(last, style), Human.time(last.at), style.worded(ChecksText.found(last))]
      return [`  ${style.cyan(check.name)}`, ...found]
    }),
    style.columns
  )

/** `text(64)`, `decimal(12, 2) or null`, `personal: city`. */
const typeOf = ({ nullable, pii, type }: Column.Any): string => {
  const words = pii === undefined ? wordsOf(type) : `personal: ${pii}`
  return nullable ? `${words} or null` : words
}

const wordsOf = (type: Column.ColumnType): string => {
  switch (type._tag) {
    case "Text":
      return `text(${type.maxLength})`
    case "LongText":
      return "text"
    case "Decimal":
      return `decimal(${type.precision}, ${type.scale})`
    case "Integer":
    case "Boolean":
    case "Timestamp":
    case "Day":
      return type._tag.toLowerCase()
  }
}
