// What a bundle was built from, told by names, sizes and times. They are kept with its name, as lines of a file: to compare
// them takes a fraction of the time that hashing the sources takes.
const { statSync } = require("node:fs")

/** A line of text for each file. Fails if one is gone. */
const describe = (files) =>
  files.map((file) => {
    const { mtimeMs, size } = statSync(file)
    return `${mtimeMs} ${size} ${file}`
  })

/** What identifies a build beside its sources. */
const headOf = (module) => `${process.version} ${module}`

/** The name of the bundle, if `text` was recorded for the same module, and its sources are still what they were. */
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
 * Names a bundle after its sources; `text` is the record. A source that changed after the build began is recorded as other than
 * it is, so that the next start builds again.
 */
exports.record = (module, files, startedAt) => {
  const { createHash } = require("node:crypto")
  const lines = describe(files).map((line) => (Number(line.split(" ", 1)[0]) >= startedAt ? `changed ${line}` : line))
  const text = [headOf(module), ...lines].join("\n")
  const name = createHash("sha256").update(text).digest("hex").slice(0, 20)
  return { name, text: `${name}\n${text}` }
}
