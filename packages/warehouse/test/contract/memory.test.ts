import { RunStore } from "@sluice/core/run/RunStore"
import { runHistoryContract } from "./runHistoryContract.ts"
import { runStoreContract } from "./runStoreContract.ts"

runStoreContract({ name: "memory", layer: RunStore.layerMemory })
runHistoryContract({ name: "memory", layer: RunStore.layerMemory })
