import { readFileSync } from "node:fs"

/** The text of a page in `docs/`. */
export const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8")

/** The files that a page shows, by name: a line with the name, then a block with the text. */
export const filesOn = (page: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...page.matchAll(/^`([\w.]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => [name, text])
  )

/** The commands that a page shows, each with the lines of its output that are shown: `…` stands for others. */
export const commandsOn = (
  page: string
): ReadonlyArray<{ readonly command: string; readonly lines: ReadonlyArray<string> }> =>
  [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((shown) => {
        const [command = "", ...lines] = shown.trimEnd().split("\n")
        return { command, lines: lines.filter((line) => line !== "…") }
      })
  )
