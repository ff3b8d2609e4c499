import type { SelectDialect, SelectingPartitions } from "../PartitionedTables.ts"
import type { Selecting } from "../Warehouse.ts"

/** What an asset's SELECT can use. The compiler does not see that an asset with a set is always made by slices. */
export const dialectOf = <P>(store: Selecting | SelectingPartitions): SelectDialect<P> => store as SelectDialect<P>
