import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, it } from "@effect/vitest"
import { asItCame, type Policy } from "@sluice/assets/privacy/Generalisation"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import * as Storage from "@sluice/core/asset/Storage"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SourceVersions from "../../src/wiring/SourceVersions.ts"

const storage = Storage.stored({ kind: "table", load: Effect.void })
const apiUsers = Asset.make("api_users", { upstreams: {}, materialize: () => Effect.void })
const usersRaw = Asset.make("users_raw", { upstreams: { apiUsers }, storage, materialize: () => Effect.void })
const view = Asset.make("a_view", { upstreams: { usersRaw }, storage, materialize: () => Effect.void })

it("is the module's, with those of the ephemeral assets above it, and not of stored ones", () => {
  const versionOf = SourceVersions.make({ apiUsers: "a", usersRaw: "b", aView: "c" }, () => "otherwise")
  assert.deepStrictEqual([apiUsers, usersRaw, view].map(versionOf), ["a", "b a", "c"])
})

it("falls back for an asset that is not in the file", () => {
  const versionOf = SourceVersions.make({ usersRaw: "b" }, (asset) => `<${asset.name}>`)
  assert.deepStrictEqual([apiUsers, usersRaw].map(versionOf), ["<api_users>", "b <api_users>"])
})

it.effect("without a file, or with one that is none, is what core can tell", () =>
  Effect.gen(function* () {
    const plain = yield* CodeVersions
    for (const settings of [{}, { SLUICE_CODE_VERSIONS: "/dev/null" }, { SLUICE_CODE_VERSIONS: "/nowhere/at/all" }]) {
      const versionOf = yield* CodeVersions.pipe(
        Effect.provide(SourceVersions.layer({ generalisation: asItCame })),
        Effect.provide(NodeFileSystem.layer),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(settings))))
      )
      assert.strictEqual(versionOf(apiUsers), plain(apiUsers))
    }
  })
)

it.effect("another generalisation is another version of users_raw, and of nothing else", () =>
  Effect.gen(function* () {
    const versionsUnder = (generalisation: Policy) =>
      Effect.provide(
        Effect.map(CodeVersions, (versionOf) => [apiUsers, usersRaw, view].map(versionOf)),
        Layer.provide(SourceVersions.layer({ generalisation }), NodeFileSystem.layer)
      )
    const [source = "", users = "", below = ""] = yield* versionsUnder(asItCame)
    assert.deepStrictEqual(yield* versionsUnder({ birth: "band", income: "band", emailDomainMin: 5 }), [
      source,
      `${users}\nbirth=band income=band email_domain_min=5`,
      below
    ])
  })
)
