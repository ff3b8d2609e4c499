import { isObject } from "@sluice/core/source/Decoder"
import * as Either from "effect/Either"
import type { Envelope } from "../PagingStyle.ts"
import type * as JsonRows from "./JsonRows.ts"

/** Rows within an object, and the next page. */
export interface EnvelopeRows extends JsonRows.JsonRows {
  /** The next page, after the end of the text; null if there is none. */
  readonly next: () => string | null
}

/** A reader of one text, which is in memory whole, at most `maxBytes` of it. It returns rows at the end. */
export const make = ({ next, rows }: Envelope, maxBytes = 64 * 1024 * 1024): EnvelopeRows => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let text = ""
  let size = 0
  let named: string | null = null
  const decode = (bytes?: Uint8Array): Either.Either<string, JsonRows.Fault> =>
    Either.try({
      try: () => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })),
      catch: () => fault("is not UTF-8")
    })
  return {
    next: () => named,
    push: (bytes) => {
      size += bytes.length
      if (size > maxBytes) {
        return Either.left(fault(`is an object of more than ${maxBytes / 2 ** 20} MiB; ask for fewer rows at a time`))
      }
      return Either.map(decode(bytes), (some) => {
        text += some
        return []
      })
    },
    end: () =>
      Either.gen(function* () {
        text += yield* decode()
        const value = yield* Either.try({
          try: (): unknown => JSON.parse(text),
          catch: () => fault("is not JSON, or only the beginning of it", true)
        })
        const list = fieldOf(value, rows)
        if (!Array.isArray(list)) return yield* Either.left(fault(`is no object whose field ${rows} is a list of rows`))
        const following = fieldOf(value, next) ?? ""
        if (typeof following !== "string" && typeof following !== "number") {
          return yield* Either.left(
            fault(`names the next page in its field ${next} by something that is no text and no number`)
          )
        }
        named = following === "" ? null : String(following)
        return list
      })
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  isObject<string>(value) && Object.hasOwn(value, name) ? value[name] : undefined

const fault = (why: string, retryable = false): JsonRows.Fault => ({ _tag: "NotRows", why, retryable })
