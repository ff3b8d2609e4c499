import type { SqlError } from "@effect/sql/SqlError"
import type * as Placement from "@sluice/core/partition/Placement"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as PartitionCounts from "./PartitionCounts.ts"
import type { SqlDialect } from "./SqlDialect.ts"

/** Staged rows that a store has refused because of their key. */
export interface Refused<E> {
  readonly table: Table.Any
  readonly placement: Placement.Placement
  /** The table and the staging table, as SQL names them. The table has no row of the slice any more. */
  readonly target: string
  readonly staged: string
  readonly dialect: Pick<SqlDialect, "exactText" | "quote">
  /** Runs a statement in the same transaction, and returns its rows. */
  readonly run: (sql: string) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, E>
}

/**
 * Fails with the partitions that have rows with these keys, and with what to do. A primary key without the columns of
 * `partitionBy` is unique over all partitions, so a row cannot move while its old partition has it. Fails with the store's error if
 * it has another reason.
 */
export const explain = Effect.fnUntraced(function* <E>(
  { dialect, placement, run, staged, table, target }: Refused<E>,
  error: SqlError
): Effect.fn.Return<never, WarehouseFailed | SqlError | E> {
  const { quote } = dialect
  const lacking = placement.columns.map(({ name }) => name).filter((name) => !table.primaryKey.includes(name))
  const columns = placement.columns.map(({ name }) => `t.${quote(name)}`).join(", ")
  const same = table.primaryKey.map((name) => `t.${quote(name)} = s.${quote(name)}`).join(" AND ")
  const from = `(SELECT ${columns} FROM ${target} t JOIN ${staged} s ON ${same}) AS taken`
  const { elsewhere, partitions } = PartitionCounts.cutOf(
    placement,
    yield* run(PartitionCounts.statement(placement, from, dialect))
  )
  const rows = partitions.reduce((sum, [, count]) => sum + count, elsewhere)
  if (rows === 0 || lacking.length === 0) return yield* error
  const others = partitions.slice(0, most).map(([key]) => key)
  const more = partitions.length - others.length
  const first = `${others.join(", ")}${more > 0 ? ` and ${more} more` : ""}`
  const places = [
    ...(partitions.length > 0 ? [first] : []),
    ...(elsewhere > 0 ? [`no partition of ${placement.space.name}`] : [])
  ].join(" and ")
  const remedies = [
    ...(partitions.length > 0 ? [`make ${first} again first`] : []),
    ...(elsewhere > 0 ? [`run \`sluice partitions prune ${table.name}\` first`] : [])
  ].join(", and ")
  const listed = (names: ReadonlyArray<string>) => names.map((name) => `"${name}"`).join(", ")
  return yield* new WarehouseFailed({
    reason: "RowRejected",
    operation: `publish ${table.name}`,
    detail: `${rows} ${rows === 1 ? "row has a key" : "rows have keys"} that the table already has, in ${places}. Its primary key (${listed(table.primaryKey)}) lacks ${listed(lacking)}, so a row cannot be in two partitions. Add ${listed(lacking)} to the primary key, or ${remedies}; the rows that were there stay.`
  })
})

/** The most partitions that the error names. */
const most = 3
