import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Quarantine } from "@sluice/warehouse/Quarantine"
import * as Effect from "effect/Effect"
import { eraseAda, everything, fill } from "../contract/people.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

/** Which files of a directory have a text anywhere in their bytes. */
const filesWith = (directory: string, text: string) =>
  readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(text))

it.scopedLive("no file of the store has a byte of an erased person, free pages of earlier loads included", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    // Regression: a publish drops the table that it replaces, and what lay on its pages stayed readable in public.db.
    for (const runId of ["first", "second", "third"]) yield* withStores(directory)(fill(runId))
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
    expect((yield* withStores(directory)(everything)).people).toStrictEqual([{ id: "bob", city_id: 2, job_id: 1 }])
  })
)
