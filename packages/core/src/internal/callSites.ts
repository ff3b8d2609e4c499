import type { CallSite } from "../asset/CallSite.ts"

/** Far more calls than there are between a module and the assets that it defines. */
const limit = 100

/**
 * Remembers the calls that led to `callee`. The result returns them, the nearest first. Calls without a file, as in
 * `Array.map`, are left out. V8 formats the stack only when it is read: ten thousand assets cost a few milliseconds.
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

/** Reads the raw stack of V8. Formatted stacks name other places if Node or a test runner applies source maps. */
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
