import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Grants from "@sluice/core/relation/Grants"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import type { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseReader } from "../WarehouseReader.ts"
import { line } from "./Difference.ts"
import { lastingDrift } from "./lastingDrift.ts"

/**
 * Compares what is published with the declaration: a table's columns, types, nullability, key and indexes, a view's definition
 * and rights, and the analyst's right to read it according to `grants`. The error does not block: staged rows are in a table
 * made from the declaration, and publishing them repairs the published one. It names the reader too: in one array with other checks,
 * their services are inferred as its own.
 */
export const declared = (
  relation: Table.Any | View.Any,
  grants: Grants.Grants = Grants.select()
): AssetCheck.AssetCheck<WarehouseReader | WarehouseAudit> => {
  const spec: Grants.WarehouseSpec = {
    tables: relation._tag === "Table" ? [relation] : [],
    views: relation._tag === "View" ? [relation] : [],
    masks: [],
    analyst: grants
  }
  return AssetCheck.make("declared", {
    description: `${relation.name} and who may read it are as declared.`,
    blocking: false,
    of: "table",
    evaluate: Effect.fn("Check.declared")(function* () {
      const differences = yield* lastingDrift(spec, ({ subject }) => subject === relation.name)
      return differences.length === 0
        ? { passed: true, metadata: { differences: 0 } }
        : {
            passed: false,
            metadata: {
              differences: differences.length,
              which: differences.map(line).join("; "),
              remedy: differences.map(({ remedy }) => remedy).join("; ")
            }
          }
    })
  })
}
