import { type Database, rowsOf } from "../internal/libsqlDriver.ts"
import { LibsqlFault } from "./LibsqlFault.ts"

/**
 * Throws if a statement calls a function that is not known to be harmless, or reads a virtual table other than `json_each` and
 * `json_tree`. libSQL's build includes functions and tables that read and write any file (`readfile`, `writefile`, `fsdir`) or run
 * any SQL (`sha3_query`), without a switch to turn them off. The calls are read from the statement's compiled program, so the
 * spelling of the SQL does not matter. Views that it reads are compiled into it.
 */
export const assertAllowed = (database: Database, sql: string): void => {
  const opened: Array<unknown> = []
  for (const [, opcode, , , , operand] of programOf(database, sql)) {
    if (opcode === "VOpen") opened.push(operand)
    if (typeof opcode !== "string" || !/^(?:Pure)?Function$|^Agg/.test(opcode)) continue
    const name = /^(.*)\(-?\d+\)$/.exec(String(operand))?.[1]?.toLowerCase()
    if (name !== undefined && !harmless.has(name)) throw denied(`the function ${name}`)
  }
  if (opened.length === 0) return
  // A program names a virtual table by its address in the connection, which is the same in every program.
  const json = programOf(database, "SELECT 1 FROM json_each('[]') a, json_tree('[]') b")
  const allowed = new Set(json.flatMap(([, opcode, , , , operand]) => (opcode === "VOpen" ? [operand] : [])))
  if (!opened.every((operand) => allowed.has(operand))) throw denied("a virtual table or table-valued function")
}

const programOf = (database: Database, sql: string): ReadonlyArray<ReadonlyArray<unknown>> => {
  const explain = database.prepare(`EXPLAIN ${withoutBytes(sql)}`)
  explain.raw(true)
  return rowsOf<ReadonlyArray<unknown>>(explain.all([]))
}

/**
 * Replaces blob literals by empty ones. A compiled program shows their bytes as text, and the driver aborts the process over
 * text that is not UTF-8. The calls stay the same.
 */
export const withoutBytes = (sql: string): string => sql.replace(/x'[0-9a-f]*'/gi, "x''")

const denied = (subject: string) => new LibsqlFault({ code: "SQLITE_AUTH", subject })

/** https://sqlite.org/lang_corefunc.html and its neighbours for aggregates, windows, dates, mathematics and JSON. */
const harmless: ReadonlySet<string> = new Set(
  `-> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh count cume_dist
  current_date current_time current_timestamp date datetime degrees dense_rank exp first_value floor format glob group_concat
  hex ifnull iif instr json json_array json_array_length json_extract json_group_array json_group_object json_insert
  json_object json_patch json_quote json_remove json_replace json_set json_type json_valid julianday lag last_value lead
  length like likelihood likely ln log log10 log2 lower ltrim max min mod nth_value ntile nullif octet_length percent_rank pi
  pow power printf quote radians random randomblob rank replace round row_number rtrim sign sin sinh sqlite_version sqrt
  strftime string_agg substr substring sum tan tanh time timediff total trim trunc typeof unhex unicode unixepoch unlikely
  upper zeroblob`
    .split(/\s+/)
    .filter((name) => name !== "")
)
