import { bundledMessages } from "./bundledMessages.ts"
import { bundledUsers } from "./bundledUsers.ts"
import * as Rows from "./Rows.ts"

/** The dataset that comes with the program, for a first run: small, invented, and as untidy as the real thing. */
export const users: Rows.Rows = Rows.fromArray(bundledUsers)
export const messages: Rows.Rows = Rows.fromArray(bundledMessages)
