import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { eraseAda, everything, fill, inRun, person, publishRows } from "../contract/people.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

/** The files of a directory that contain a text. */
const filesWith = (directory: string, text: string) =>
  readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(text))

it.scopedLive("no file of the store has a byte of an erased person, free pages of earlier loads included", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    // Regression: a publish drops the table that it replaces, and its pages stayed readable in public.db.
    for (const runId of ["first", "second"]) yield* withStores(directory)(fill(runId))
    const { bern, clerk } = yield* withStores(directory)(fill("third"))
    expect([filesWith(directory, "ada_lovelace"), filesWith(directory, "Oslo")]).toEqual([
      ["public.db", "sensitive.db"],
      ["sensitive.db"]
    ])
    yield* withStores(directory)(
      Effect.zipRight(
        Effect.flatMap(Quarantine, (quarantine) => quarantine.replace("letters", "fourth", Dataset.of())),
        eraseAda
      )
    )
    expect([filesWith(directory, "ada_lovelace"), filesWith(directory, "Oslo")]).toEqual([[], []])
    expect((yield* withStores(directory)(everything)).people).toStrictEqual([{ id: "bob", city_id: bern, job_id: clerk }])
  })
)

it.scopedLive(
  "an erasure waits for no rows that are still to come, and those that have come are not published after it",
  () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, "store")
      const come = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const rest = Stream.drain(Stream.fromEffect(Effect.zipRight(Deferred.succeed(come, undefined), Deferred.await(go))))
      const rows = Dataset.fromChunks(Stream.concat(Stream.succeed([person("ada_lovelace"), person("bob")]), rest))
      yield* withStores(directory)(fill("before"))
      const publishing = Effect.zipRight(
        Effect.flatMap(Suppressions, ({ begin }) => begin("slow")),
        Effect.flip(inRun("slow", publishRows(rows)))
      )
      const publisher = yield* Effect.fork(withStores(directory)(publishing))
      yield* Deferred.await(come)
      yield* withStores(directory)(eraseAda)
      yield* Deferred.succeed(go, undefined)
      expect(yield* Fiber.join(publisher)).toMatchObject({ _tag: "WarehouseFailed", reason: "Outdated" })
      expect(filesWith(directory, "ada_lovelace")).not.toContain("public.db")
    })
)
