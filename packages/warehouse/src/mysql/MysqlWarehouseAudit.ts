import { SqlClient } from "@effect/sql/SqlClient"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Effect from "effect/Effect"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMaskIds from "../sql/SqlMaskIds.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import * as AnalystProof from "./AnalystProof.ts"
import * as MysqlAccess from "./MysqlAccess.ts"
import * as MysqlDrift from "./MysqlDrift.ts"
import * as MysqlErasure from "./MysqlErasure.ts"
import type { Options } from "./MysqlWarehouse.ts"

/** Audits one database of MySQL or MariaDB: its structure, its grants, and what the analyst can read. */
export const make = (options: Options): WarehouseAudit["Type"] => {
  const { pool, words } = options
  const here = SqlBatch.over(pool.sql, words)
  const ownOf = (spec: WarehouseSpec) => here("compare the database with what is declared", SqlOwners.ownOf(words, spec))

  return WarehouseAudit.of({
    drift: Effect.fn("MysqlWarehouseAudit.drift")(function* (spec) {
      const own = yield* ownOf(spec)
      const found = yield* MysqlDrift.find(options, own)
      const ids = yield* Effect.provideService(SqlMaskIds.drift(MysqlErasure.place(options), own), SqlClient, pool.sql)
      return [...own.differences, ...found, ...ids]
    }),

    access: MysqlAccess.find(options),

    proof: (spec) => Effect.flatMap(ownOf(spec), (own) => AnalystProof.prove(options, own))
  })
}
