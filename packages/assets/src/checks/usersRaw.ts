import * as Grants from "@sluice/core/relation/Grants"
import { declared } from "@sluice/warehouse/checks/Declared"
import { freshness } from "@sluice/warehouse/checks/Freshness"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import { UsersRaw } from "../tables/UsersRaw.ts"

/** Users must not vanish all at once. The table's key and columns ensure the rest. */
export const usersRawChecks = [
  rowCount(UsersRaw),
  freshness(UsersRaw, "loaded_at", "2 days"),
  declared(UsersRaw, Grants.select(UsersRaw))
]
