// Makes stacks name the sources of a bundle. The source map is read with the first stack, so most runs never read it.
const { readFileSync } = require("node:fs")
const { dirname, relative, resolve } = require("node:path")

/** Makes the stacks of all errors name the sources of `bundle`, relative to `root`. */
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
    // Node reads the stack of every aborted request, and no other code does.
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
