import type { CallSite } from "../asset/CallSite.ts"

/** Far more calls than lie between a module and the assets that it defines. */
const limit = 100

/**
 * Remembers the calls that led to `callee`, and returns them when asked, the nearest first. Calls in no file, as those of
 * `Array.map`, are left out. V8 keeps the stack as it is until it is read: ten thousand assets cost a few milliseconds.
 */
export const capture = (callee: (...args: ReadonlyArray<never>) => unknown): (() => ReadonlyArray<CallSite>) => {
  const holder: { stack?: unknown } = {}
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = limit
  Error.captureStackTrace(holder, callee)
  Error.stackTraceLimit = before
  let sites: ReadonlyArray<CallSite> | undefined
  return () => {
    sites ??= read(holder)
    return sites
  }
}

/** Reads a stack as V8 has it. Formatted stacks name other places, if Node or a test runner maps them to sources. */
const read = (holder: { readonly stack?: unknown }): ReadonlyArray<CallSite> => {
  const before = Error.prepareStackTrace
  let sites: ReadonlyArray<CallSite> = []
  Error.prepareStackTrace = (_, frames) => {
    sites = frames.flatMap((frame) => {
      const file = frame.getFileName()
      return typeof file === "string"
        ? [{ file, line: frame.getLineNumber() ?? 1, column: frame.getColumnNumber() ?? 1 }]
        : []
    })
  }
  try {
    void holder.stack
  } finally {
    Error.prepareStackTrace = before
  }
  return sites
}
