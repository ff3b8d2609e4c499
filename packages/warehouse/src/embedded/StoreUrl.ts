import * as Either from "effect/Either"

/** The directory of an embedded store. */
export interface SqliteUrl {
  readonly _tag: "Sqlite"
  readonly directory: string
}

/** Whether a database URL is meant for an embedded store, valid or not. */
export const isOne = (text: string): boolean => scheme.test(text)

/**
 * Parses `sqlite:DIRECTORY`; the directory is relative to the current one, or absolute, also as `sqlite:///DIRECTORY`. Refuses
 * forms that other programs read differently or a shell would expand, which would create a directory with an odd name.
 */
export const parse = (text: string): Either.Either<SqliteUrl, string> => {
  const directory = text.replace(scheme, "").replace(/^\/\/(?=\/)/, "")
  const [, problem] = refusals.find(([pattern]) => pattern.test(directory)) ?? []
  return problem === undefined && text === text.trim()
    ? Either.right({ _tag: "Sqlite", directory })
    : Either.left(problem ?? blanks)
}

const scheme = /^\s*sqlite:/i

const example = "Use sqlite:DIRECTORY, for example sqlite:.sluice."
const blanks = "begins or ends with a blank. Remove it."

const refusals: ReadonlyArray<readonly [pattern: RegExp, problem: string]> = [
  [/^$|^\?/, `names no directory. ${example}`],
  [/^\s|\s$/, blanks],
  [/\p{Cc}/u, `has a control character in the directory's name. ${example}`],
  [
    /^\/\//,
    "has // before a relative directory. Use sqlite:DIRECTORY for a relative directory, sqlite:/DIRECTORY for an absolute one."
  ],
  [/^~/, "begins with ~, which only a shell expands. Write the home directory in full: sqlite:/home/NAME/DIRECTORY."],
  [
    /\$[\w{]/,
    "has a variable after a $, which only a shell expands. Write the directory in full: sqlite:/home/NAME/DIRECTORY."
  ],
  [/\?/, "has parameters after a ?. The embedded store has none: use sqlite:DIRECTORY."],
  [/%[0-9a-f]{2}/i, "has a percent escape. Write the directory's name as it is."],
  [/^:memory:|^file:/i, `names no directory, and the embedded store is one. ${example}`],
  [/\.(db|sqlite3?)$/i, `names a database file, and the embedded store is a directory. ${example}`]
]
