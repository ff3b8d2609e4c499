import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Access } from "./Access.ts"
import type { Difference } from "./checks/Difference.ts"
import type { Proof } from "./Proof.ts"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Compares the warehouse with its declaration, and finds out who can read what. Changes nothing. */
export class WarehouseAudit extends Context.Tag("@sluice/warehouse/WarehouseAudit")<
  WarehouseAudit,
  {
    /**
     * All differences between the declaration and the tables, views and grants. On a server, the analyst's own connection is
     * used if there is a password for it. In an embedded store, the files' modes are compared. A missing relation is no
     * difference, since it will be created.
     */
    readonly drift: (spec: WarehouseSpec) => Effect.Effect<ReadonlyArray<Difference>, WarehouseFailed>
    /**
     * The access rights. On a server, these are the grants that the pipeline's account sees of itself, and the analyst's
     * account if there is a password for it. In an embedded store, these are its files and their modes. Holds no password and
     * no hash of one.
     */
    readonly access: Effect.Effect<ReadonlyArray<Access>, WarehouseFailed>
    /**
     * Tries to read, as the analyst, everything that the analyst must not read. It finds rights that no list of grants shows.
     * The relations need not exist. On an embedded store, the modes of its files, which `drift` compares, are the proof.
     */
    readonly proof: (spec: WarehouseSpec) => Effect.Effect<Proof, WarehouseFailed>
  }
>() {
  declare readonly "~given": true
}
