import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** Wraps the lines of a drawn tree. Text that does not fit moves below its asset, to the right of the branches. */
export const tree = (text: string, { columns, unicode }: Style): ReadonlyArray<string> => {
  const drawn = text.split("\n")
  const lines = drawn.flatMap((line, i) => fitted(line, drawn[i + 1] ?? "", columns))
  return unicode ? lines : lines.map(inAscii)
}

const others = "  ← "

/** `│├└─` and spaces. Escaped, because the bundle is read as Latin-1, and only its strings are ASCII by themselves. */
const branching = /^[\u2500\u2502\u2514\u251c ]*/

const fitted = (line: string, next: string, columns: number): ReadonlyArray<string> => {
  const end = line.indexOf(others)
  if (end < 0 || Layout.width(line) <= columns) return [line]
  const own = line.slice(0, end)
  const branches = branching.exec(own)?.[0].replace("├─", "│ ").replace("└─", "  ") ?? ""
  // A branch to a downstream asset continues past these lines.
  const below = `${branches}${["├", "└"].includes(next.charAt(branches.length)) ? "│" : " "}  `
  const told = Layout.wrap(line.slice(end + others.length), columns - Layout.width(below) - 2)
  return [own, ...told.map((text, i) => `${below}${i === 0 ? "← " : "  "}${text}`)]
}

const inAscii = (line: string): string =>
  line.replaceAll("├─", "|-").replaceAll("└─", "`-").replaceAll("│", "|").replaceAll("←", "<-")
