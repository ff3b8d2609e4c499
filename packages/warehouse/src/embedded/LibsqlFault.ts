import { closeSync, openSync } from "node:fs"
import { devNull } from "node:os"
import { SqlError } from "@effect/sql/SqlError"
import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import { type Reason, WarehouseFailed } from "../WarehouseFailed.ts"
import * as StoreFiles from "./StoreFiles.ts"

/**
 * The parts of a libSQL error that are kept: its code, the table and columns of a constraint, and the unknown name in SQL that
 * cannot be prepared. The driver's message may quote values (`bad JSON path: '…'`) and is dropped.
 */
export class LibsqlFault extends Data.TaggedClass("LibsqlFault")<{
  readonly code: string
  /** `orders.id` of a violated constraint, or `no such table: x`; empty if there is none. */
  readonly subject: string
}> {}

/** Reads a fault from the driver's error. */
export const fromThrown = (thrown: unknown): LibsqlFault => {
  if (thrown instanceof LibsqlFault) return thrown
  const message = Predicate.isError(thrown) ? thrown.message : ""
  const given = Predicate.hasProperty(thrown, "code") && typeof thrown.code === "string" ? thrown.code : ""
  // For files that it cannot open, the driver gives no code, only SQLite's number 14 at the end of its message.
  const told = given !== "" ? given : /\b14"?\)$/.test(message) ? "SQLITE_CANTOPEN" : "UNKNOWN"
  const code = /^(?:SQLITE_CANTOPEN|SQLITE_IOERR|UNKNOWN|ERR_DLOPEN_FAILED)/.test(told) ? (limitReached() ?? told) : told
  return new LibsqlFault({ code, subject: subjectOf(code, message) })
}

/**
 * If a process has too many open files, SQLite reports an ordinary file error. This checks for it by opening as many files as a
 * transaction needs.
 */
const limitReached = (): string | undefined => {
  const opened: Array<number> = []
  try {
    for (let count = 0; count < 6; count++) opened.push(openSync(devNull, "r"))
    return undefined
  } catch (error) {
    return ["EMFILE", "ENFILE"].find((code) => Predicate.hasProperty(error, "code") && error.code === code)
  } finally {
    for (const file of opened) closeSync(file)
  }
}

/** The driver's error as an `SqlError` that is safe for spans and logs. */
export const toSqlError = (thrown: unknown): SqlError => {
  const fault = fromThrown(thrown)
  return new SqlError({ cause: fault, message: fault.code })
}

/** The fault of an `SqlError`. */
export const of = (error: SqlError): LibsqlFault =>
  error.cause instanceof LibsqlFault ? error.cause : fromThrown(error.cause)

/** Whether another connection blocks, so that waiting can help. */
export const isBusy = (fault: LibsqlFault): boolean =>
  fault.code.startsWith("SQLITE_BUSY") || fault.code.startsWith("SQLITE_LOCKED")

/** Whether a row has the key of another one. */
export const isDuplicate = (fault: LibsqlFault): boolean =>
  fault.code === "SQLITE_CONSTRAINT_UNIQUE" || fault.code === "SQLITE_CONSTRAINT_PRIMARYKEY"

/** Translates a fault, with a remedy. `operation` follows "could not": `publish orders`. */
export const translate = (operation: string, error: SqlError): WarehouseFailed => {
  const fault = of(error)
  if (loading.includes(fault.code)) return notLoaded(operation, fault)
  const [reason, what, remedy = advice[reason]] = meaningOf(fault)
  const about = fault.subject === "" ? "" : `, ${fault.subject}`
  return new WarehouseFailed({ reason, operation, detail: `${what} (${fault.code}${about}). ${remedy}` })
}

/** Codes of a driver that is missing or built for another system. */
const loading = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"]

/** The error if the driver cannot be loaded. */
export const notLoaded = (operation: string, { code }: LibsqlFault): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Misconfigured",
    operation,
    detail: `libSQL has no build for this system, or it is not installed (${code}). Install again with \`npx -y pnpm@12 install\`, or use a MySQL server: DATABASE_URL=mysql://user:password@host:port/database.`
  })

const meaningOf = (fault: LibsqlFault): readonly [reason: Reason, what: string, remedy?: string] => {
  if (fault.code === "EMFILE") return ["Other", "this process may open no more files", StoreFiles.moreFiles]
  if (fault.code === "ENFILE") return ["Other", "this system may open no more files", "Run it again when others have ended."]
  if (isBusy(fault)) return ["Conflict", "another process is using the store"]
  if (fault.subject.startsWith("no such")) return ["Missing", "something it needs is not there"]
  const primary = /^SQLITE_[A-Z]+/.exec(fault.code)?.[0]
  switch (primary) {
    case "SQLITE_FULL":
      return ["DiskFull", "there is no room left on the disk of the store"]
    case "SQLITE_CONSTRAINT":
    case "SQLITE_MISMATCH":
    case "SQLITE_TOOBIG":
      return ["RowRejected", constraints[fault.code] ?? "a row breaks the declaration of its table"]
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return ["Drift", "a file of the store is not a database, or is damaged"]
    case "SQLITE_READONLY":
    case "SQLITE_PERM":
    case "SQLITE_AUTH":
      return ["NotPermitted", "the store may not be written here"]
    case "SQLITE_CANTOPEN":
      return ["NotPermitted", "a file of the store cannot be opened"]
    case "SQLITE_IOERR":
      return ["Other", "the disk of the store failed"]
    default:
      return ["Other", "the store refused"]
  }
}

const constraints: Readonly<Record<string, string>> = {
  SQLITE_CONSTRAINT_UNIQUE: "two rows have the same key",
  SQLITE_CONSTRAINT_PRIMARYKEY: "two rows have the same key",
  SQLITE_CONSTRAINT_NOTNULL: "a row has no value where one must be",
  SQLITE_CONSTRAINT_CHECK: "a text is longer than its column"
}

const advice: Readonly<Record<Reason, string>> = {
  Unreachable: "Run it again.",
  Conflict:
    "It is another run, or a program that reads one of the files in an open transaction (`lsof` names its process). Wait until it has ended, or end it, then run it again; SLUICE_LOCK_WAIT is how long to wait.",
  TimedOut: "Run it again.",
  AccessDenied: "Check the files' owner and permissions.",
  NotPermitted: "Check the owner and permissions of the directory that DATABASE_URL names, and of the files in it.",
  Missing: "Materialize the assets it reads first, or run `sluice provision`.",
  DiskFull: "Free some space, then run it again; what was there before is unchanged.",
  RowRejected: "Correct the asset that made the row, or the table's declaration; what was there before is unchanged.",
  Drift: "Move that file away, or name another directory in DATABASE_URL.",
  Outdated: "Run it again.",
  Misconfigured: "Correct DATABASE_URL.",
  Other: "Run it again with --log-level debug."
}

const subjectOf = (code: string, message: string): string => {
  if (code.startsWith("SQLITE_CONSTRAINT")) return /constraint failed: ([\w., ]+)$/.exec(message)?.[1] ?? ""
  if (code !== "SQLITE_ERROR") return ""
  const unknown = /^(no such (?:table|view|column|function): [\w.]{1,128})$/.exec(message)?.[1]
  const syntax = /^near "(\w{1,64}|[^\w\s"'])": syntax error$/.exec(message)?.[1]
  return unknown ?? (syntax === undefined ? "" : `a syntax error near ${syntax}`)
}
