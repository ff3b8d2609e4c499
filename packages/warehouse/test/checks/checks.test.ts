import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe } from "vitest"
import { type Flavour, flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { freshStores } from "../embedded/stores.ts"
import * as databases from "../mysql/databases.ts"
import { checksContract } from "./checksContract.ts"

checksContract({ name: "embedded", layer: freshStores })

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(flavour, () => {
    checksContract({ name: flavour, layer: withoutAnalyst(flavour) })
  })
}

/** Stores on a server, without grants of an analyst. */
const withoutAnalyst = (flavour: Flavour) =>
  Layer.unwrapEffect(Effect.map(databases.make(flavour), ({ url }) => databases.stores({ url })))
