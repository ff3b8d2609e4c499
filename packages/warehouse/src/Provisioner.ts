import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Prepares a warehouse for reading and writing, with the administrator's rights if there are accounts. */
export class Provisioner extends Context.Tag("@sluice/warehouse/Provisioner")<
  Provisioner,
  {
    /**
     * Creates what is missing: the database, the accounts, every declared table and view (empty), and the grants. Idempotent.
     * Returns one line for each action, or none if nothing was missing.
     */
    readonly provision: (spec: WarehouseSpec) => Effect.Effect<ReadonlyArray<string>, WarehouseFailed>
  }
>() {}
