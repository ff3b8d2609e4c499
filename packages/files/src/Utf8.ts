import * as FileSystem from "@effect/platform/FileSystem"
import { FileUnreadable, reasonOf } from "@sluice/core/asset/FileFailed"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileInvalid } from "./FileInvalid.ts"

/** Streams a file's text, without its byte order mark. Fails if the file is not UTF-8. */
export const read = (path: string): Stream.Stream<string, FileUnreadable | FileInvalid, FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (fs) => {
      const decoder = new TextDecoder("utf-8", { fatal: true })
      const decode = (bytes?: Uint8Array) =>
        Effect.try({
          try: () => decoder.decode(bytes, { stream: bytes !== undefined }),
          catch: () => new FileInvalid({ path, line: undefined, why: "is not UTF-8" })
        })
      return fs.stream(path, { chunkSize: pieceBytes }).pipe(
        Stream.mapError((error) => new FileUnreadable({ path, reason: reasonOf(error) })),
        Stream.mapEffect(decode),
        Stream.concat(Stream.fromEffect(Effect.suspend(() => decode())))
      )
    })
  )

const pieceBytes = 64 * 1024

/** The most characters of one row, because a row is held in memory. */
export const maxRowLength = 32 * 1024 * 1024
