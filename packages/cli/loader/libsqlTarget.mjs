// Names the libSQL binary for this process. It replaces the two modules that the package searches with, and finds the same.
// Those request a diagnostic report of the process and load Node's module of child processes, which takes 12 ms of a start.
import { closeSync, openSync, readSync } from "node:fs"

/**
 * The end of the package's name, `@libsql/…`. If no such package exists, loading it fails, as the driver does without a build
 * for the platform.
 */
export const currentTarget = () => `${process.platform}-${process.arch}${suffixes[process.platform]?.() ?? ""}`

const suffixes = {
  linux: () => `-${isMusl(process.execPath) ? "musl" : "gnu"}${process.arch === "arm" ? "eabihf" : ""}`,
  win32: () => "-msvc"
}

/**
 * Whether musl loads a Linux program. The path of its loader stands after the program's ELF headers. The report of this process
 * tells instead if the program cannot be read, as without /proc, or was patched to have the path elsewhere.
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

/** The package would correct its finding with these. */
export const familySync = () => undefined
export const GLIBC = "glibc"
export const MUSL = "musl"
