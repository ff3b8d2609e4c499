// The sources of a bundle, recorded by their names, sizes and times, as lines of a file. Comparing these takes a fraction of
// the time of hashing the sources.
const { statSync } = require("node:fs")

/** Returns a line of text for each file. Fails if a file is missing. */
const describe = (files) =>
  files.map((file) => {
    const { mtimeMs, size } = statSync(file)
    return `${mtimeMs} ${size} ${file}`
  })

/** Identifies a build, besides its sources. */
const headOf = (module) => `${process.version} ${module}`

/** Returns the name of the bundle. Undefined if `text` was recorded for another module, or if a source has changed since. */
exports.nameIn = (text, module) => {
  const [name, head, ...lines] = text.split("\n")
  if (head !== headOf(module)) return undefined
  try {
    const files = lines.map((line) => line.slice(line.indexOf(" ", line.indexOf(" ") + 1) + 1))
    return describe(files).every((line, index) => line === lines[index]) ? name : undefined
  } catch {
    return undefined
  }
}

/**
 * Names a bundle after its sources. `text` is the record. A source that changed after the build began gets a line that never
 * matches, so that the next start builds again.
 */
exports.record = (module, files, startedAt) => {
  const { createHash } = require("node:crypto")
  const lines = describe(files).map((line) => (Number(line.split(" ", 1)[0]) >= startedAt ? `changed ${line}` : line))
  const text = [headOf(module), ...lines].join("\n")
  const name = createHash("sha256").update(text).digest("hex").slice(0, 20)
  return { name, text: `${name}\n${text}` }
}
