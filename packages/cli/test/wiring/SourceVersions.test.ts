import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import definitions from "@sluice/assets/definitions"
import { Pipeline } from "@sluice/cli/Pipeline"
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

it("is the hash of an asset's code, with those of the ephemeral assets above it, and not of stored ones", () => {
  const versionOf = SourceVersions.make({ api_users: "a", users_raw: "b", a_view: "c" })
  expect([apiUsers, usersRaw, view].map(versionOf)).toStrictEqual(["a", "b a", "c"])
})

it("is what the author gave by hand, whatever the hash", () => {
  const versionOf = SourceVersions.make({ api_users: "a", users_raw: "b" })
  expect([{ ...usersRaw, codeVersion: "3" }, apiUsers].map(versionOf)).toStrictEqual(["3 a", "a"])
})

it("is none where the asset, or an ephemeral one above it, has neither", () => {
  const versionOf = SourceVersions.make({ users_raw: "b", a_view: "c" })
  expect([apiUsers, usersRaw, view].map(versionOf)).toStrictEqual([undefined, undefined, "c"])
})

it.effect("is read from the file that keeps the hashes, which is made where there is none, or one that is none", () =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const versions = (file: string) =>
      Effect.map(CodeVersions, (versionOf) => [apiUsers, usersRaw].map(versionOf)).pipe(
        Effect.provide(SourceVersions.layer(() => undefined)),
        Effect.provideService(Pipeline, definitions),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["SLUICE_CODE_VERSIONS", file]])))
      )
    const [kept, none, broken] = [`${directory}/kept`, `${directory}/none`, `${directory}/broken`]
    yield* fs.writeFileString(kept, JSON.stringify(Object.fromEntries([apiUsers, usersRaw].map(({ name }) => [name, "1"]))))
    yield* fs.writeFileString(broken, "{")
    expect(yield* versions(kept)).toStrictEqual(["1", "1 1"])
    const made = yield* versions(none)
    expect([made.includes(undefined), yield* versions(broken), yield* versions("/nowhere/at/all")]).toStrictEqual([
      false,
      made,
      made
    ])
    expect(yield* fs.readFileString(none)).toBe(yield* fs.readFileString(broken))
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
)

it.effect("other settings are another version of the assets that depend on them, and of nothing else", () =>
  Effect.gen(function* () {
    const versionsUnder = (settings: string | undefined) =>
      Effect.provide(
        Effect.map(CodeVersions, (versionOf) => [apiUsers, usersRaw, view].map(versionOf)),
        Layer.provide(
          SourceVersions.layer((asset) => (asset === usersRaw.name ? settings : undefined)),
          Layer.merge(NodeFileSystem.layer, Layer.succeed(Pipeline, definitions))
        )
      )
    const [source, users, below] = yield* versionsUnder(undefined)
    expect(yield* versionsUnder("birth=band")).toStrictEqual([source, `${users}\nbirth=band`, below])
  })
)
