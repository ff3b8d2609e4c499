// Which of libSQL's binaries fits this process: what the package's own search finds, in the place of the two modules that it
// searches with. Those ask for a diagnostic report of the process and load Node's module of child processes, 12 ms of a start.
import { closeSync, openSync, readSync } from "node:fs"

/** The end of `@libsql/…`. Where there is no such package, loading it fails, as the driver does where it has no build. */
export const currentTarget = () => `${process.platform}-${process.arch}${suffixes[process.platform]?.() ?? ""}`

const suffixes = {
  linux: () => `-${isMusl(process.execPath) ? "musl" : "gnu"}${process.arch === "arm" ? "eabihf" : ""}`,
  win32: () => "-msvc"
}

/** Whether a Linux program is loaded by musl: the path of the loader that it asks for stands after its ELF headers. */
export const isMusl = (program) => {
  const head = Buffer.alloc(2_048)
  const file = openSync(program, "r")
  try {
    return head.subarray(0, readSync(file, head)).includes("/ld-musl-")
  } finally {
    closeSync(file)
  }
}

/** With these the package would correct what it has found. */
export const familySync = () => undefined
export const GLIBC = "glibc"
export const MUSL = "musl"
