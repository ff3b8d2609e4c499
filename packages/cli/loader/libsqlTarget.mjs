// Which of libSQL's binaries fits this process: what the package's own search finds, in the place of the two modules that it
// searches with. Those ask for a diagnostic report of the process and load Node's module of child processes, 12 ms of a start.
import { closeSync, openSync, readSync } from "node:fs"

/** The end of `@libsql/…`. Where there is no such package, loading it fails, as the driver does where it has no build. */
export const currentTarget = () => `${process.platform}-${process.arch}${suffixes[process.platform]?.() ?? ""}`

const suffixes = {
  linux: () => `-${isMusl(process.execPath) ? "musl" : "gnu"}${process.arch === "arm" ? "eabihf" : ""}`,
  win32: () => "-msvc"
}

/**
 * Whether a Linux program is loaded by musl: the path of the loader that it asks for stands after its ELF headers. Of a program
 * that cannot be read, as without /proc, or that was patched to have it elsewhere, this process's report tells instead.
 */
export const isMusl = (program) => {
  const [, loader] = /\/ld-(musl|linux)-/.exec(beginningOf(program)) ?? []
  return loader === undefined ? process.report.getReport().header.glibcVersionRuntime === undefined : loader === "musl"
}

const beginningOf = (program) => {
  const head = Buffer.alloc(2_048)
  try {
    const file = openSync(program, "r")
    try {
      return head.toString("latin1", 0, readSync(file, head))
    } finally {
      closeSync(file)
    }
  } catch {
    return ""
  }
}

/** With these the package would correct what it has found. */
export const familySync = () => undefined
export const GLIBC = "glibc"
export const MUSL = "musl"
