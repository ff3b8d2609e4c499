import { stat } from "node:fs/promises"
import { sep } from "node:path"
import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { StoreFiles } from "./StoreFiles.ts"

/** Whether files have modes. Windows has none. */
export const areKnown = sep !== "\\"

/** The permissions of a file; undefined if they cannot be read. Opening the file then reports why. */
export const of = (path: string): Effect.Effect<number | undefined> =>
  Effect.orElseSucceed(
    Effect.map(
      Effect.tryPromise(() => stat(path)),
      ({ mode }) => mode & 0o777
    ),
    () => undefined
  )

/** `0600`. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, "0")

/** Who can open each of a store's files. */
export const accessTo = (files: StoreFiles): Effect.Effect<ReadonlyArray<Access>> =>
  Effect.map(
    Effect.forEach(areKnown ? [files.directory, files.public, files.sensitive, files.history] : [], (path) =>
      Effect.map(of(path), (mode) => ({ mode, path }))
    ),
    (found) =>
      found.flatMap(({ mode, path }) =>
        mode === undefined
          ? []
          : [{ subject: path, role: "file" as const, holds: [meaning(mode)], seen: "everything" as const }]
      )
  )

const meaning = (mode: number): string =>
  `mode ${octal(mode)}: read by ${whoHas(mode, 0o4)}, written by ${whoHas(mode, 0o2)}`

const whoHas = (mode: number, bit: number): string =>
  (mode & bit) !== 0 ? "everybody" : (mode & (bit << 3)) !== 0 ? "its owner and group" : "its owner"
