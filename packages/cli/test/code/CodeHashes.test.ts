import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import * as AssetHashes from "../../src/code/AssetHashes.ts"
import * as CodeHashes from "../../src/code/CodeHashes.ts"

const orders = Asset.make("orders", { materialize: Effect.fn("orders")(() => Effect.succeed(1)) })
const rates = Asset.make("rates", { codeVersion: "3", materialize: () => Effect.succeed(1) })
const shop = Definitions.make({ name: "shop", assets: [orders, rates], resources: () => Layer.empty })

it("a program has the hashes that the command line has, and the versions given by hand", async () => {
  const versions = Effect.map(CodeVersions, (versionOf) => [orders, rates].map(versionOf))
  const hashes = await AssetHashes.make([orders])
  expect(Object.keys(hashes)).toEqual(["orders"])
  expect(await Effect.runPromise(Effect.provide(versions, CodeHashes.layer(shop)))).toEqual([hashes["orders"], "3"])
})
