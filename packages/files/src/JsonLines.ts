import { Rejection } from "@sluice/core/source/Decoder"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileInvalid } from "./FileInvalid.ts"
import type { Line, Lines } from "./Ingest.ts"
import * as Utf8 from "./Utf8.ts"

/** Streams the values of a file with one JSON value per line. */
export const read = (path: string): Lines =>
  Stream.suspend(() => {
    let line = 0
    // Parts of the line that has not ended. Joined once: joining at each piece takes time by the square of a line's length.
    let parts: Array<string> = []
    let length = 0
    const valuesOf = (piece: string): ReadonlyArray<Line> => {
      const [head = "", ...lines] = piece.split("\n")
      parts.push(head)
      length += head.length
      const last = lines.pop()
      if (last === undefined) return []
      lines.unshift(parts.join(""))
      parts = [last]
      length = last.length
      return lines.flatMap((each) => {
        line++
        return each.trim() === "" ? [] : [{ line, value: parsed(each) }]
      })
    }
    return Utf8.read(path).pipe(
      Stream.mapEffect((piece) => {
        const values = valuesOf(piece)
        return length > Utf8.maxRowLength
          ? new FileInvalid({ path, line: line + 1, why: "has a row that is longer than 32 MiB" })
          : Effect.succeed(values)
      }),
      Stream.concat(Stream.sync(() => valuesOf("\n")))
    )
  })

/** The message of `JSON.parse` quotes the text, so it is never passed on. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return new Rejection("", "is not JSON")
  }
}
