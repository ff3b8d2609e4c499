import type { Warehouse } from "./Warehouse.ts"
import type { WarehouseAudit } from "./WarehouseAudit.ts"
import type { WarehouseReader } from "./WarehouseReader.ts"

/** The ports that every store provides: to publish, to read and to audit. */
export type WarehousePorts = Warehouse | WarehouseReader | WarehouseAudit
