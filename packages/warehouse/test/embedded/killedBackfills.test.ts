import { join } from "node:path"
import * as Effect from "effect/Effect"
import { killedBackfillContract } from "../contract/killedBackfillContract.ts"
import { stores, temporaryDirectory } from "./stores.ts"

killedBackfillContract({
  name: "embedded",
  fresh: Effect.map(temporaryDirectory, (root) => {
    const directory = join(root, "store")
    return { store: { _tag: "Embedded", directory }, layer: stores(directory) }
  })
})
