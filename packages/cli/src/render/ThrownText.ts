import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** A thrown value, and where it was thrown. */
export interface Thrown {
  /** Undefined if no step threw it. */
  readonly asset: string | undefined
  readonly thrown: unknown
  /** Undefined if no frame of the stack is in the user's code. */
  readonly place: Place | undefined
}

export interface Place {
  /** Relative to the current directory. */
  readonly file: string
  /** From 1 on, like `column`. */
  readonly line: number
  readonly column: number
  /** The lines of the file. */
  readonly source: ReadonlyArray<string>
}

/** Shows a thrown error: its message, the messages of its causes, its place, and the code there. For a developer's terminal only. */
export const lines = ({ asset, place, thrown }: Thrown, style: Style): ReadonlyArray<string> => {
  const [first = "", ...others] = messagesOf(thrown)
  return [
    `${style.red(style.marks.failed)} ${asset === undefined ? "" : `${style.bold(asset)} threw `}${first}`,
    ...others.map((line) => `    ${line}`),
    ...(place === undefined ? [] : codeLines(place, style)),
    style.dim("    This is shown here only, and recorded nowhere.")
  ]
}

/** The message of an error and those of its causes, each as its lines. */
const messagesOf = (thrown: unknown): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let each = thrown
  for (let depth = 0; depth < mostCauses && (depth === 0 || each !== undefined); depth++) {
    const text = each instanceof Error ? `${each.name}: ${each.message}` : textOf(each)
    lines.push(...`${depth === 0 ? "" : "caused by "}${text}`.split("\n").map(Layout.printable))
    each = each instanceof Error ? each.cause : undefined
  }
  return lines
}

const mostCauses = 5

const textOf = (thrown: unknown): string => {
  try {
    return typeof thrown === "object" ? (JSON.stringify(thrown) ?? "an object") : String(thrown)
  } catch {
    return "an object"
  }
}

/** The place, and the code there: its line, and two lines before and after. */
const codeLines = ({ column, file, line, source }: Place, style: Style): ReadonlyArray<string> => {
  const from = Math.max(1, line - around)
  const shown = source.slice(from - 1, line + around)
  const width = String(from + shown.length - 1).length
  return [
    `    ${style.cyan(`${file}:${line}:${column}`)}`,
    ...shown.flatMap((text, i) => {
      const at = from + i
      const code = `${Layout.padStart(String(at), width)} | ${Layout.printable(text.replaceAll("\t", " "))}`.trimEnd()
      if (at !== line) return [style.dim(`      ${code}`)]
      return [`    ${style.red(">")} ${code}`, `      ${" ".repeat(width)} | ${" ".repeat(column - 1)}${style.red("^")}`]
    })
  ]
}

const around = 2
