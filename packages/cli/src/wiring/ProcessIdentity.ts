import { execFileSync } from "node:child_process"
import { readFileSync, readlinkSync } from "node:fs"
import * as Predicate from "effect/Predicate"

/**
 * Identifies a process, even if a later one gets the same id. `started` has the scope of the id and the start of the process. On Linux
 * the scope is the boot and the process namespace, and the start is a clock tick. Elsewhere the start is a second. `started` is absent
 * if the system does not report it.
 */
export interface ProcessIdentity {
  readonly pid: number
  readonly started?: string
}

/** This process. */
export const self = (): ProcessIdentity => {
  const started = startOf(process.pid)
  return { pid: process.pid, ...(started === undefined ? {} : { started }) }
}

/**
 * Whether a process of this host exists. Undefined if unknown: its id belongs to another boot or container, or its start is
 * unknown and another process may have the id now.
 */
export const isAlive = ({ pid, started }: ProcessIdentity): boolean | undefined => {
  if (started !== undefined && placeOf(started) !== placeOf(startOf(process.pid))) return undefined
  if (!exists(pid)) return false
  const found = startOf(pid)
  return started === undefined || found === undefined ? undefined : found === started
}

const placeOf = (started: string | undefined): string | undefined => started?.split(" ")[0]

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Another user's process cannot be signaled, but exists.
    return Predicate.hasProperty(error, "code") && error.code === "EPERM"
  }
}

/** Where and when a process started, if the system reports it. */
export const startOf = (pid: number): string | undefined => {
  try {
    return process.platform === "linux" ? startOnLinux(pid) : startElsewhere(pid)
  } catch {
    return undefined
  }
}

/** Field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name in field 2 may hold blanks. */
const startOnLinux = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
  // A zombie has ended, and keeps its id until its parent waits for it.
  return `${boot}/${readlinkSync("/proc/self/ns/pid")} ${state === "Z" ? "ended" : fields[18]}`
}

const startElsewhere = (pid: number): string => {
  const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 2_000
  })
  return `host ${started.trim().replaceAll(/\s+/g, "-")}`
}
