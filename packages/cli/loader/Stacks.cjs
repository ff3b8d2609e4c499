// Stacks name the sources of a bundle. Its map is read when a stack is, which in most runs is never.
const { readFileSync } = require("node:fs")
const { dirname, relative, resolve } = require("node:path")

/** Has all stacks of errors name the sources of `bundle`, relative to `root`. */
exports.traceToSources = (bundle, root) => {
  let map
  const placeOf = (frame) => {
    if (frame.getFileName() !== bundle) return undefined
    map ??= new (require("node:module").SourceMap)(JSON.parse(readFileSync(`${bundle}.map`, "utf8")))
    const { originalSource, originalLine, originalColumn } = map.findEntry(
      frame.getLineNumber() - 1,
      frame.getColumnNumber() - 1
    )
    if (originalSource === undefined) return undefined
    return `${relative(root, resolve(dirname(bundle), originalSource))}:${originalLine + 1}:${originalColumn + 1}`
  }
  Error.prepareStackTrace = (error, frames) => {
    // Node reads the stack of every request that is given up, and nobody else does.
    if (errorNameOf(error) === "AbortError") return headOf(error)
    const lines = frames.map((frame) => {
      try {
        const place = placeOf(frame)
        if (place !== undefined) return `\n    at ${place}`
      } catch {}
      return `\n    at ${frame}`
    })
    return `${headOf(error)}${lines.join("")}`
  }
}

const errorNameOf = (error) => {
  try {
    return error.name
  } catch {
    return undefined
  }
}

const headOf = (error) => {
  try {
    return String(error)
  } catch {
    return "Error"
  }
}
