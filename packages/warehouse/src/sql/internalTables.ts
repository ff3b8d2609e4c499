import { history } from "./migrations/history.ts"
import { records } from "./migrations/records.ts"
import * as SqlCounters from "./SqlCounters.ts"
import * as SqlDynamicKeys from "./SqlDynamicKeys.ts"
import * as SqlMarks from "./SqlMarks.ts"
import * as SqlOwners from "./SqlOwners.ts"
import * as SqlPartitionMarks from "./SqlPartitionMarks.ts"
import * as SqlQuarantine from "./SqlQuarantine.ts"
import * as SqlRunTables from "./SqlRunTables.ts"
import * as SqlSecrets from "./SqlSecrets.ts"
import * as SqlSourcePages from "./SqlSourcePages.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"

/** Every table that a store keeps for itself, besides the declared ones. Analysts can read none of them. */
export const names: ReadonlyArray<string> = [
  SqlQuarantine.tableName,
  SqlSuppressions.tableName,
  SqlSecrets.tableName,
  SqlCounters.tableName,
  SqlMarks.tableName,
  SqlPartitionMarks.tableName,
  SqlOwners.tableName,
  ...SqlSourcePages.tableNames,
  ...SqlRunTables.tableNames,
  SqlDynamicKeys.tableName,
  records.recordedIn,
  history.recordedIn
]
