import * as IdOrder from "@sluice/warehouse/checks/IdOrder"
import type { Find, Searched } from "./Ledger.ts"

/** A mask table's ids with their values, in no order. */
export interface MaskContents {
  readonly table: string
  readonly kind: string
  readonly rows: ReadonlyArray<IdOrder.Masked>
}

/** The name of the search for an order of ids. An attacker with the ids and a list of candidate values would look for one. */
export const place = "order of mask ids"

/** Compares ids with each order that can be computed from their values. An equal order is a find. */
export const compare = (masks: ReadonlyArray<MaskContents>) => {
  const finds = masks.flatMap(({ kind, rows, table }) =>
    IdOrder.told(rows)
      .filter((order) => order !== "arrival")
      .map((order): Find => ({ place, where: table, field: kind, form: `in the order of ${order}`, times: rows.length }))
  )
  const ids = masks.flatMap(({ rows }) => rows)
  const searched: Searched = {
    place,
    items: masks.length,
    bytes: ids.reduce((sum, { value }) => sum + idBytes + Buffer.byteLength(value), 0),
    atHome: 0,
    finds: finds.length
  }
  const few = masks.filter(({ rows }) => IdOrder.bound(rows.length) >= 1).map(({ table }) => table)
  const problems =
    few.length === 0 ? [] : [`There are too few ids in ${few.join(", ")} to tell whether they follow an order.`]
  return { searched, finds, problems }
}

const idBytes = 8
