import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe } from "vitest"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { killedBackfillContract } from "../contract/killedBackfillContract.ts"
import * as databases from "./databases.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(flavour, () => {
    killedBackfillContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), ({ analyst, url: { password, ...url } }) => ({
        store: { _tag: "Mysql", url, password: Redacted.value(password) },
        layer: databases.stores({ url: { ...url, password }, analyst })
      }))
    })
  })
}
