import { dirname, isAbsolute, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import * as StepFailure from "@sluice/core/run/StepFailure"
import { ThrownErrors } from "@sluice/core/run/ThrownErrors"
import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { packageOf } from "../code/SourceFiles.ts"
import { Output } from "../Output.ts"
import * as ThrownText from "../render/ThrownText.ts"
import * as Announcement from "./Announcement.ts"
import type { Settings } from "./Settings.ts"

/** Wraps a command so that it shows errors thrown by the pipeline's code, or leaves it unchanged. */
export type Showing = <A, E, R>(command: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | Output | FileSystem.FileSystem>

/**
 * Decides whether a command shows thrown errors on standard error. It does with `--show-errors`, and if a bundled sample is
 * loaded into the embedded store, because then no message can quote data of people. Fails if `--show-errors` is given and the
 * store is on another machine.
 */
export const showing = (settings: Settings, asked: boolean): Effect.Effect<Showing, UsageError> => {
  const { configured, database } = settings
  if (asked && database._tag === "Mysql" && !DatabaseUrl.isLocal(database)) {
    return new UsageError({
      detail: `--show-errors is for developing: a message may quote data, and ${Announcement.store(settings)} is not on this machine. Leave it out, or use the embedded store or a server on this machine.`
    })
  }
  const isSample = database._tag === "Sqlite" && configured.origin?.sampleFor !== undefined
  return Effect.succeed(asked || isSample ? shown : (command) => command)
}

const shown: Showing = (command) =>
  Effect.flatMap(Effect.context<Output | FileSystem.FileSystem>(), (context) => {
    const report = (asset: string | undefined, cause: Cause.Cause<unknown>) =>
      Effect.provide(
        Effect.forEach(Chunk.toReadonlyArray(Cause.defects(cause)), (thrown) => show(asset, thrown), { discard: true }),
        context
      )
    return command.pipe(
      Effect.provideService(ThrownErrors, { report }),
      Effect.tapErrorCause((cause) => report(undefined, cause))
    )
  })

const show = Effect.fnUntraced(function* (asset: string | undefined, thrown: unknown) {
  const output = yield* Output
  yield* output.err(ThrownText.lines({ asset, thrown, place: yield* placeOf(thrown) }, output.errStyle))
})

/** The first place in the user's own code, and the lines of its file. */
const placeOf = Effect.fnUntraced(function* (thrown: unknown) {
  const fs = yield* FileSystem.FileSystem
  const root = yield* Effect.orDie(Config.withDefault(Config.string("SLUICE_SOURCES"), process.cwd()))
  for (const frame of StepFailure.framesOf(thrown)) {
    const [, place = "", line, column] = /([^\s(]+):(\d+):(\d+)\)?$/.exec(frame) ?? []
    if (place.startsWith("node:")) continue
    const named = place.startsWith("file:") ? fileURLToPath(place) : place
    const file = isAbsolute(named) ? named : resolve(root, named)
    if (packageOf(file) !== undefined || (yield* isOfSluice(file))) continue
    const source = yield* Effect.option(fs.readFileString(file))
    if (source._tag === "None") continue
    const found: ThrownText.Place = {
      file: relative(process.cwd(), file),
      line: Number(line),
      column: Number(column),
      source: source.value.split("\n")
    }
    return found
  }
  return undefined
})

/** Whether a file belongs to a package of the program itself. In this repository, they lie beside the pipeline. */
const isOfSluice = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    const manifest = yield* Effect.option(fs.readFileString(resolve(at, "package.json")))
    if (manifest._tag === "Some") return /"name": "@sluice\/(?:core|pii|warehouse|rest-source|cli)"/.test(manifest.value)
  }
  return false
})
