import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { dynamicKeysContract } from "./dynamicKeysContract.ts"
import { partitionHistoryContract } from "./partitionHistoryContract.ts"
import { partitionRecordsContract } from "./partitionRecordsContract.ts"
import { runCancelContract } from "./runCancelContract.ts"
import { runHistoryContract } from "./runHistoryContract.ts"
import { runStoreContract } from "./runStoreContract.ts"

runStoreContract({ name: "memory", layer: RunStore.layerMemory })
runHistoryContract({ name: "memory", layer: RunStore.layerMemory })
runCancelContract({ name: "memory", layer: RunStore.layerMemory })
partitionHistoryContract({ name: "memory", layer: RunStore.layerMemory })
partitionRecordsContract({ name: "memory", layer: RunStore.layerMemory })
dynamicKeysContract({ name: "memory", fresh: Effect.succeed({ stores: () => DynamicKeys.layerMemory }) })
