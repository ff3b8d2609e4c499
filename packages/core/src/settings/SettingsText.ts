import type * as Setting from "./Setting.ts"

/**
 * Writes settings as a `.env` file that sets nothing. Each setting is commented out, below its description, under the heading
 * of its section.
 */
export const dotEnv = (settings: ReadonlyArray<Setting.Any>): string => {
  const lines = wrapped(introduction).map((line) => `# ${line}`)
  let section: string | undefined
  for (const setting of settings) {
    if (setting.section !== section) {
      section = setting.section
      lines.push("", `# --- ${section} ${"-".repeat(width - section.length - 7)}`)
    }
    lines.push("", ...wrapped(setting.description).map((line) => `# ${line}`), `#${setting.key}=${shown(setting)}`)
  }
  return `${lines.join("\n")}\n`
}

/** Writes settings as a Markdown table, with the first sentence of each description. */
export const table = (settings: ReadonlyArray<Setting.Any>): string =>
  [
    "| key | default | what it does |",
    "|---|---|---|",
    ...settings.map((setting) => {
      const secret = setting.secret ? " Secret." : ""
      return `| \`${setting.key}\` | ${defaultOf(setting)} | ${firstSentence(setting.description)}${secret} |`
    })
  ].join("\n")

const introduction =
  "Copy to `.env` and uncomment what you need. Nothing is required. The environment wins over this file. A key that is set to nothing is not set, and a key that is not in this list is refused. Single quotes are literal; elsewhere a dollar sign is written $$, and a # after a blank begins a comment."

const width = 120

const shown = ({ default: text, example }: Setting.Any): string => example ?? text ?? ""

const defaultOf = ({ default: text }: Setting.Any): string => (text === undefined ? "" : `\`${text}\``)

const firstSentence = (text: string): string => /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text

const wrapped = (text: string): ReadonlyArray<string> => {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1] ?? ""
    if (line === "") lines[lines.length - 1] = word
    else if (line.length + word.length + 3 <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
