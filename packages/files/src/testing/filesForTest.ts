import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/**
 * Provides files to a test, by their paths. Writing, and reading any other path, fails.
 *
 * ```ts
 * materializeForTest(sales, {}).pipe(Effect.provide(filesForTest({ "sales.csv": "id,amount\n1,2.00\n" })))
 * ```
 */
export const filesForTest = (files: Readonly<Record<string, string>>): Layer.Layer<FileSystem.FileSystem> => {
  const textOf = (path: string) =>
    files[path] === undefined
      ? Effect.fail(new SystemError({ reason: "NotFound", module: "FileSystem", method: "open", pathOrDescriptor: path }))
      : Effect.succeed(files[path])
  const bytesOf = (path: string) => Effect.map(textOf(path), (text) => new TextEncoder().encode(text))
  return FileSystem.layerNoop({
    exists: (path) => Effect.succeed(files[path] !== undefined),
    readFile: bytesOf,
    readFileString: textOf,
    stream: (path) => Stream.fromEffect(bytesOf(path))
  })
}
