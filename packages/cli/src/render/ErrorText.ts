import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import type { Style } from "./Style.ts"

/**
 * Renders an error as one message. A typed error has its own message. A defect shows only its kind, because its message could
 * quote data. `trace` adds names and places in the code, never messages.
 */
export const lines = (
  cause: Cause.Cause<unknown>,
  options: { readonly trace: boolean },
  style: Style
): ReadonlyArray<string> => {
  const failures = Chunk.toReadonlyArray(Cause.failures(cause))
  const messages = failures.length > 0 ? failures.map(messageOf) : [unexpected(cause)]
  const trace = options.trace ? tracesOf(cause) : []
  return [
    ...[...new Set(messages)].flatMap((message) => {
      const [first = "", ...rest] = style.worded(message).split("\n")
      return [`${style.red(style.marks.failed)} ${first}`, ...rest.map((text) => `  ${text}`)]
    }),
    ...trace.map(style.dim)
  ]
}

const messageOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error && "message" in error && typeof error.message === "string"
    ? error.message
    : `Something failed without saying why (${kindOf(error)}). This is a bug; --log-level debug shows where.`

const unexpected = (cause: Cause.Cause<unknown>): string => {
  const defect = Chunk.head(Cause.defects(cause))
  return defect._tag === "None"
    ? "Interrupted."
    : `Something unexpected broke (${kindOf(defect.value)}). This is a bug; its message is withheld because it could quote data. --log-level debug shows where it happened.`
}

const kindOf = (value: unknown): string => (value instanceof Error ? value.name : typeof value)

const tracesOf = (cause: Cause.Cause<unknown>): ReadonlyArray<string> =>
  Cause.prettyErrors(cause).flatMap((error) => [
    `  ${error.name}`,
    ...(error.stack ?? "").split("\n").filter((text) => /^\s+at .*:\d+:\d+\)?$/.test(text))
  ])
