/** A part of a value: literal text, or a reference to another key. */
export type Part = string | Reference

/** A reference to another key, and the text that replaces it if that key is not set or is empty. */
export interface Reference {
  readonly name: string
  readonly ifUnset: string | undefined
  readonly ifEmpty: string | undefined
}

export interface Assignment {
  readonly key: string
  /** From 1 on. */
  readonly line: number
  readonly parts: ReadonlyArray<Part>
}

/** A refused line: its number from 1, and what is wrong with it, as a predicate. */
export type Problem = readonly [line: number, what: string]

/**
 * Parses the syntax that Docker Compose documents for `.env` (https://docs.docker.com/compose/environment-variables/env-file/):
 *
 * - A value in single quotes is literal, except for `\'`.
 * - In all other values, `$name`, `${name}`, `${name-default}` and `${name:-default}` refer to other keys. `$$` and `\$` are a
 *   dollar sign, and so is a `$` before anything else.
 * - Double quotes support `\n`, `\r`, `\t`, `\\` and `\"`.
 * - A `#` after a blank begins a comment. A quoted value may span lines.
 */
export const parse = (
  text: string
): { readonly assignments: ReadonlyArray<Assignment>; readonly malformed: ReadonlyArray<Problem> } => {
  const assignments: Array<Assignment> = []
  const malformed: Array<Problem> = []
  const lines = text.replaceAll(/\r\n?/g, "\n").split("\n")
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1
    const written = lines[at] ?? ""
    if (/^\s*(#.*)?$/.test(written)) continue
    const [, key, value = ""] = assignment.exec(written) ?? []
    if (key === undefined || !/^[^\p{Cc}\ufffd]*$/u.test(value.replaceAll("\t", ""))) {
      malformed.push([line, notPair])
      continue
    }
    const begin = value.trimStart()
    const quotes = quoting[begin[0] ?? ""]
    const inside = quotes?.exec([begin, ...lines.slice(line)].join("\n"))?.[1]
    if (quotes !== undefined && inside === undefined) {
      malformed.push([line, notClosed])
      continue
    }
    at += (inside ?? "").split("\n").length - 1
    const parts = inside === undefined ? partsOf(value.replace(/\s#.*$/, "").trim(), "") : partsOf(inside, begin[0] ?? "")
    if (parts === undefined) malformed.push([line, notReference])
    else assignments.push({ key, line, parts })
  }
  return { assignments, malformed }
}

const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/

/** Matches a quoted value and its content, if only a comment follows. */
const quoting: Readonly<Record<string, RegExp>> = {
  "'": /^'((?:\\'|[^'])*)'[^\S\n]*(?:#[^\n]*)?(?=\n|$)/,
  '"': /^"((?:\\[\s\S]|[^"\\])*)"[^\S\n]*(?:#[^\n]*)?(?=\n|$)/,
  "`": /^`((?:\\`|[^`])*)`[^\S\n]*(?:#[^\n]*)?(?=\n|$)/
}

const partsOf = (value: string, quote: string): ReadonlyArray<Part> | undefined => {
  if (quote === "'") return [value.replaceAll("\\'", "'")]
  const parts = [...value.matchAll(quote === '"' ? doubleQuoted : unquoted)].map(([all, escaped, named, braced]) => {
    if (escaped !== undefined) return controls[escaped] ?? escaped
    if (named !== undefined) return { name: named, ifUnset: undefined, ifEmpty: undefined }
    if (all.startsWith("${")) return referenceIn(braced)
    return all === "$$" ? "$" : all
  })
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** An escape, a dollar sign, a reference without and with braces, or plain text. */
const doubleQuoted = /\\(["\\nrt$])|\$\$|\$([A-Za-z_]\w*)|\$\{(?:([^{}]*)\})?|[^\\$]+|[\\$]/g
const unquoted = /\\([$`])|\$\$|\$([A-Za-z_]\w*)|\$\{(?:([^{}]*)\})?|[^\\$]+|[\\$]/g

const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" }

const referenceIn = (braced: string | undefined): Reference | undefined => {
  const [all, name = "", sign, otherwise] = /^([A-Za-z_]\w*)(?:(:?-)([^$\\]*))?$/.exec(braced ?? "") ?? []
  if (all === undefined) return undefined
  return { name, ifUnset: otherwise, ifEmpty: sign === ":-" ? otherwise : undefined }
}

/** How to write a dollar sign, without a full stop. */
export const dollarAdvice = "For a dollar sign write $$, or put the value into single quotes"

const notPair = "is neither KEY=VALUE, nor a comment that begins with #, nor blank"
const notClosed = "opens a quote that is not closed, or has more after it"
const notReference = `has a \${ that begins neither \${NAME} nor \${NAME:-default}. ${dollarAdvice}`
