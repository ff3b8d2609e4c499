import * as Either from "effect/Either"

/**
 * Accepts one statement that only reads (SELECT, WITH, VALUES, or EXPLAIN of one of them), without its final semicolon.
 * Otherwise returns the reason. SQLite would run the first of several statements and silently drop the rest, and a PRAGMA takes
 * effect even when it is explained.
 */
export const readingSql = (sql: string): Either.Either<string, string> => {
  const code = blankOut(sql)
  const end = code.trimEnd().endsWith(";") ? code.lastIndexOf(";") : code.length
  const statement = code.slice(0, end)
  if (sql.includes("\0")) return Either.left("it holds a NUL character")
  if (statement.trim() === "") return Either.left("it is empty")
  if (statement.includes(";")) return Either.left("it has more than one statement; send them one by one")
  if (!/^\s*(?:EXPLAIN\s+(?:QUERY\s+PLAN\s+)?)?(?:SELECT|WITH|VALUES)\b/i.test(statement)) {
    return Either.left("only statements that read are answered: SELECT, WITH, VALUES or EXPLAIN")
  }
  return Either.right(sql.slice(0, end))
}

/** Replaces comments, strings and quoted names by blanks of the same length. */
const blankOut = (sql: string): string =>
  sql.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?/g, (text) =>
    /^(?:--|\/\*)/.test(text) ? " ".repeat(text.length) : "x".repeat(text.length)
  )
