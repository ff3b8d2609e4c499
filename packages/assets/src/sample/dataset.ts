import { bundledMessages } from "./bundledMessages.ts"
import { bundledUsers } from "./bundledUsers.ts"
import * as Rows from "./Rows.ts"

/** The program's bundled dataset, for a first run: small, invented, and as untidy as real data. */
export const users: Rows.Rows = Rows.fromArray(bundledUsers)
export const messages: Rows.Rows = Rows.fromArray(bundledMessages)
