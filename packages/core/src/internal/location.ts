/**
 * Remembers where `caller` was called. The result returns it as `file:line:column`. One frame is captured, and formatted only
 * on demand: ten thousand assets cost a few milliseconds.
 */
export const capture = (caller: (...args: ReadonlyArray<never>) => unknown): (() => string) => {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, caller)
  Error.stackTraceLimit = limit
  return () => {
    const frame = holder.stack?.split("\n").at(-1) ?? ""
    return /\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/.exec(frame.trim())?.[1]?.replace("file://", "") ?? "an unknown place"
  }
}
