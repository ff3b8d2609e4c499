import * as FileSystem from "@effect/platform/FileSystem"
import * as Asset from "@sluice/core/asset/Asset"
import type { Failure } from "@sluice/core/asset/Failure"
import { FileUnwritable, reasonOf } from "@sluice/core/asset/FileFailed"
import * as Cut from "@sluice/core/asset/PartitionedInputs"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import type * as Partitions from "@sluice/core/partition/Partitions"
import type { Slice } from "@sluice/core/partition/Slice"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { exists, lostFiles } from "./internal/lostFiles.ts"

/** Text, or a stream of its parts. */
export type Text<E, R> = string | Stream.Stream<string, E, R>

/** Where a file is; for an asset that is cut, where the file of a partition is. */
export type Path<P, RP> =
  | string
  | Effect.Effect<string, never, RP>
  | ((slice: Cut.SliceOf<P, "each">) => string | Effect.Effect<string, never, RP>)

/** What a function is, and neither text nor an Effect. */
type NotText = { readonly bind: unknown }

/** Refuses one path for all partitions. */
export type PathOfEach<P> = [P] extends [Partitions.Any] ? { readonly path: NotText } : unknown

/** The options of a file asset. `RP` are the services of its path, `RO` those of `observe`. */
export type Options<Up extends Asset.Upstreams, E extends Failure, R, RP, RC, RO, P, M> = Omit<
  Asset.Options<Up, never, never, never, never, RO, RC, never, P, M>,
  "definedBy" | "materialize" | "policy" | "storage"
> & {
  /**
   * The file's path, or an Effect that reads it from a setting. It is relative to the folder that the program runs in. If the asset is
   * cut, a function of the partition: each partition is a file of its own, and keys are safe in paths.
   */
  readonly path: Path<P, RP>
  readonly contents: (
    inputs: Asset.Inputs<Up, P, M>,
    slice: Cut.SliceOf<P, "each">
  ) => Text<E, R> | Effect.Effect<Text<E, R>, E, R>
}

/**
 * Defines an asset that is a text file, such as a report or a CSV file. Its value is the file's path. The text is written to a
 * draft beside the file, which then replaces the file. Readers see the old text or the new one, never a part. Each run has its
 * own draft, so of two runs at once, the last one to end wins. `--changed` makes the file again if it is missing. If the asset is cut,
 * a run counts the partitions whose files are gone as missing. Reports the metadata `bytes`.
 *
 * ```ts
 * const report = fileAsset("report", {
 *   path: "report.md",
 *   upstreams: { letters },
 *   contents: ({ letters }) => `# Letters\n\n${letters}\n`
 * })
 * ```
 *
 * ```ts
 * const daily = fileAsset("daily", {
 *   partitions: days,
 *   path: ({ key }) => `reports/${key}.md`,
 *   contents: (_, { key }) => `# ${key}\n`
 * })
 * ```
 */
export const fileAsset = <
  const Name extends string,
  E extends Failure = never,
  R = never,
  RP = never,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no upstreams"; a Record would have every key.
  Up extends Asset.Upstreams = {},
  RC = never,
  RO = never,
  P = undefined,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
  M = {}
>(
  name: Cut.Subject<Name, P, M, "each">,
  options: Options<Up, E, R, RP, RC, RO, P, M> & Cut.Checked<Up, P, M> & PathOfEach<P>
) => {
  const given: Options<Up, E, R, RP, RC, RO, P, M> & Cut.Checked<Up, P, M> = options
  const { contents, path, ...rest } = given
  const located = (slice: Slice | undefined) => (typeof path === "function" ? path(Cut.sliceOf<P, "each">(slice)) : path)
  const pathOf = (slice: Slice | undefined): Effect.Effect<string, never, RP> => {
    const found = located(slice)
    return Effect.isEffect(found) ? found : Effect.succeed(found)
  }
  return Asset.make<
    Name,
    string,
    E | FileUnwritable,
    R | RP | RC | FileSystem.FileSystem | StepContext,
    Up,
    never,
    RO,
    never,
    never,
    P,
    M
  >(name, {
    definedBy: fileAsset,
    ...rest,
    storage: Storage.stored({
      kind: "file",
      load: Effect.suspend(() => pathOf(undefined)),
      ...(given.partitions === undefined
        ? {
            exists: Effect.flatMap(
              Effect.suspend(() => pathOf(undefined)),
              exists
            )
          }
        : { loadSlice: pathOf, lost: lostFiles(located) })
    }),
    materialize: (inputs, slice) =>
      Effect.gen(function* () {
        const file = yield* pathOf(slice)
        const made = contents(inputs, slice)
        const text = Effect.isEffect(made) ? yield* made : made
        yield* write(file, typeof text === "string" ? Stream.succeed(text) : text)
        return file
      })
  })
}

const write = Effect.fn("FileAsset.write")(function* <E extends Failure, R>(
  path: string,
  text: Stream.Stream<string, E, R>
) {
  const fs = yield* FileSystem.FileSystem
  const step = yield* StepContext
  const draft = `${path}.${step.runId}.draft`
  const unwritable = Effect.mapError(
    (error: Parameters<typeof reasonOf>[0]) => new FileUnwritable({ path, reason: reasonOf(error) })
  )
  yield* Effect.ignore(removeLeftovers(path))
  let bytes = 0
  const fill = Effect.gen(function* () {
    const file = yield* unwritable(fs.open(draft, { flag: "w" }))
    yield* Stream.runForEach(Stream.encodeText(text), (part) => {
      bytes += part.length
      return unwritable(file.writeAll(part))
    })
    yield* unwritable(file.sync)
  })
  yield* Effect.scoped(fill).pipe(
    Effect.zipRight(unwritable(fs.rename(draft, path))),
    Effect.onError(() => Effect.ignore(fs.remove(draft, { force: true })))
  )
  step.metadata({ bytes })
})

/** Removes the drafts of killed runs: those that nobody has written to for an hour. */
const removeLeftovers = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const [, folder = "", name = path] = /^(.*[/\\])?([^/\\]*)$/.exec(path) ?? []
  const drafts = (yield* fs.readDirectory(folder === "" ? "." : folder)).filter(
    (each) => each.startsWith(`${name}.`) && /^[\w-]+\.draft$/.test(each.slice(name.length + 1))
  )
  for (const draft of drafts) {
    const { mtime } = yield* fs.stat(`${folder}${draft}`)
    const age = Option.match(mtime, { onNone: () => 0, onSome: (time) => now - time.getTime() })
    if (age > leftoverAfterMillis) yield* fs.remove(`${folder}${draft}`, { force: true })
  }
})

const leftoverAfterMillis = 60 * 60 * 1000
