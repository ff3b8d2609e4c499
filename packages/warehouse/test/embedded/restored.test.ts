import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Drift from "@sluice/warehouse/checks/Drift"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Effect from "effect/Effect"
import { eraseAda, People, publishPeople } from "../contract/people.ts"
import { asPipeline } from "../contract/pipelines.ts"
import { readAll } from "../contract/support.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

const spec = { tables: [People], masks: [], views: [], analyst: { select: [] } }
const files = ["public.db", "sensitive.db"] as const

/** A store of two generations, and a way to restore files of the first one. */
const twoGenerations = Effect.gen(function* () {
  const root = yield* temporaryDirectory
  const directory = join(root, "store")
  const copy = (file: string) => join(root, `${file}.backup`)
  yield* withStores(directory)(
    Effect.zipRight(publishPeople("1", ["ada_lovelace", "bob"]), publishPeople("2", ["ada_lovelace", "bob"]))
  )
  for (const file of files) copyFileSync(join(directory, file), copy(file))
  yield* withStores(directory)(Effect.zipRight(eraseAda, publishPeople("3", ["bob"])))
  const restore = (...some: ReadonlyArray<string>) =>
    Effect.sync(() => {
      for (const file of some) copyFileSync(copy(file), join(directory, file))
    })
  return { directory, restore }
})

it.scopedLive(
  "a public.db that is older than sensitive.db is found, and nothing is written until it is taken as it is",
  () =>
    Effect.gen(function* () {
      const { directory, restore } = yield* twoGenerations
      const inStore = withStores(directory)
      yield* restore("public.db")
      const found = yield* inStore(Effect.flip(Drift.check(spec)))
      expect(found).toMatchObject({
        differences: [
          {
            subject: "public.db",
            found: "an older copy without the last 2 writes",
            remedy: "restore both files from one backup, or run `sluice provision --restored`"
          }
        ]
      })
      const refused = yield* Effect.all([inStore(Effect.flip(publishPeople("4", ["bob"]))), inStore(Effect.flip(eraseAda))])
      expect(refused.map((error) => error._tag === "WarehouseFailed" && error.reason)).toEqual(["Drift", "Drift"])
      yield* asPipeline(SqliteStores.acceptRestored({ directory }))
      yield* inStore(Drift.check(spec))
      yield* inStore(publishPeople("4", ["bob"]))
      expect(yield* inStore(readAll(People))).toMatchObject([{ id: "bob" }])
    })
)

it.scopedLive("a sensitive.db that is older says that erasures since then are to be done again", () =>
  Effect.gen(function* () {
    const { directory, restore } = yield* twoGenerations
    yield* restore("sensitive.db")
    const found = yield* withStores(directory)(Effect.flip(Drift.check(spec)))
    expect(found).toMatchObject({
      differences: [
        {
          subject: "sensitive.db",
          found: "an older copy without the last 2 writes",
          remedy:
            "restore both files from one backup, or run `sluice provision --restored`, then erase again whoever was erased since"
        }
      ]
    })
  })
)

it.scopedLive("a public.db that was removed is made anew, and a sensitive.db that was is not", () =>
  Effect.gen(function* () {
    const { directory } = yield* twoGenerations
    const inStore = withStores(directory)
    rmSync(join(directory, "public.db"))
    yield* inStore(Effect.zipRight(Drift.check(spec), publishPeople("4", ["bob"])))
    rmSync(join(directory, "sensitive.db"))
    expect(yield* inStore(Effect.flip(Drift.check(spec)))).toMatchObject({ differences: [{ subject: "sensitive.db" }] })
  })
)

it.scopedLive("both files of one backup go together", () =>
  Effect.gen(function* () {
    const { directory, restore } = yield* twoGenerations
    yield* restore(...files)
    yield* withStores(directory)(Effect.zipRight(Drift.check(spec), publishPeople("4", ["bob"])))
  })
)
