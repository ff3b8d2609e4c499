import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

export const { values: options } = parseArgs({
  options: {
    api: { type: "string" },
    store: { type: "string" },
    page: { type: "string", default: "5000" },
    write: { type: "string" },
    from: { type: "string" }
  }
})

/** The drivers that the warehouse has. */
export const drivers = createRequire(fileURLToPath(new URL("../../packages/warehouse/package.json", import.meta.url)))
