import * as Effect from "effect/Effect"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import * as FileModes from "./FileModes.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/** Audits an open store: its declaration, and the modes of its files. */
export const make = (store: SqliteStore): WarehouseAudit["Type"] =>
  WarehouseAudit.of({
    // Loaded on demand: a test of one asset seldom needs it, and these are many modules.
    drift: (spec) => Effect.flatMap(loadDrift, (SqliteDrift) => SqliteDrift.find(store, spec)),

    access: store.files === undefined ? Effect.succeed([]) : FileModes.accessTo(store.files),

    proof: () => Effect.succeed({ by: "files", refused: 0, open: [] })
  })

const loadDrift = Effect.promise(() => import("./SqliteDrift.ts"))
