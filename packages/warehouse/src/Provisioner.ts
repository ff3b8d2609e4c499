import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Makes a warehouse ready to be written and read, with the administrator's rights where there are accounts. */
export class Provisioner extends Context.Tag("@sluice/warehouse/Provisioner")<
  Provisioner,
  {
    /**
     * Creates what is missing: the database, the accounts, every declared table and view (empty), and the grants.
     * Idempotent. Answers what it did, a line each; nothing when all was there.
     */
    readonly provision: (spec: WarehouseSpec) => Effect.Effect<ReadonlyArray<string>, WarehouseFailed>
  }
>() {}
