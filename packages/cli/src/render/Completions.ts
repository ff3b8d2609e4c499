import type { CommandTable } from "@sluice/core/command/CommandTable"
import * as GlobalOptions from "../tables/GlobalOptions.ts"

/** Returns a completion script for the program `name`: its commands, their options and the values of these. */
export const lines = (
  shell: "bash" | "fish" | "sh" | "zsh",
  tables: ReadonlyArray<CommandTable>,
  name: string
): ReadonlyArray<string> => {
  const script = { bash, fish, sh: bash, zsh }[shell]
  return script(placesOf(tables), name).split("\n")
}

/** A position in a command line, and its candidates. */
interface Place {
  /** The preceding words, without options: `["runs", "list"]`. */
  readonly after: ReadonlyArray<string>
  /** The option whose value stands at this position. */
  readonly option?: string
  /** Whether further words may follow `after`. */
  readonly anywhere: boolean
  readonly candidates: ReadonlyArray<readonly [word: string, meaning: string]>
}

/** All positions, the most specific first. */
const placesOf = (tables: ReadonlyArray<CommandTable>): ReadonlyArray<Place> => {
  const flagsOf = ({ options }: CommandTable) => [...Object.values(options), ...GlobalOptions.all]
  const values = tables.flatMap((table) =>
    flagsOf(table)
      .filter(({ takes }) => takes !== undefined)
      .map(({ name, words }): Place => {
        const candidates = words.map((word) => [word, ""] as const)
        return { after: table.name.split(" "), option: `--${name}`, anywhere: true, candidates }
      })
  )
  const options = tables.map((table): Place => {
    const candidates = flagsOf(table).map(({ meaning, name }) => [`--${name}`, meaning] as const)
    return { after: table.name.split(" "), anywhere: true, candidates }
  })
  const families = [...new Set(tables.flatMap(({ name }) => (name.includes(" ") ? [name.split(" ")[0] ?? ""] : [])))]
  const seconds = families.map((family): Place => {
    const below = tables.filter(({ name }) => name.startsWith(`${family} `))
    const candidates = below.map(({ name, summary }) => [name.slice(family.length + 1), summary] as const)
    return { after: [family], anywhere: false, candidates }
  })
  const firsts = new Map(tables.map(({ name, summary }) => [name.split(" ")[0] ?? "", name.includes(" ") ? "" : summary]))
  const global = GlobalOptions.all.map(({ meaning, name }) => [`--${name}`, meaning] as const)
  return [...values, ...options, ...seconds, { after: [], anywhere: false, candidates: [...firsts, ...global] }]
}

/** A pattern for bash and zsh: the words before the cursor without options, a bar, and the last word before the cursor. */
const pattern = ({ after, anywhere, option }: Place): string =>
  `"${after.map((word) => `${word} `).join("")}"${anywhere ? "*" : ""}"|"${option === undefined ? "*" : option}`

const bash = (places: ReadonlyArray<Place>, name: string): string => `_${name}() {
  local words="" candidates="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ \${COMP_WORDS[at]} == -* ]] || words+="\${COMP_WORDS[at]} "
  done
  case "$words|\${COMP_WORDS[COMP_CWORD - 1]}" in
${places.map((place) => `    ${pattern(place)}) candidates="${place.candidates.map(([word]) => word).join(" ")}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _${name} ${name}`

const zsh = (places: ReadonlyArray<Place>, name: string): string => `#compdef ${name}
_${name}() {
  local -a candidates
  local before="" word
  for word in \${words[2,CURRENT-1]}; do
    [[ $word == -* ]] || before+="$word "
  done
  case "$before|\${words[CURRENT-1]}" in
${places.map((place) => `    (${pattern(place)}) candidates=(${place.candidates.map(described).join(" ")}) ;;`).join("\n")}
  esac
  _describe ${name} candidates
}
compdef _${name} ${name}`

const described = ([word, meaning]: readonly [string, string]): string =>
  quoted(meaning === "" ? word : `${word}:${meaning}`, "'\\''")

const fish = (places: ReadonlyArray<Place>, name: string): string => `function __${name}_after --argument-names pattern
  set -l words (string match -v -- '-*' (commandline -opc)[2..-1])
  string match -q -- $pattern "$words "
end
complete -c ${name} -f
${places.flatMap((place) => fishLines(place, name)).join("\n")}`

const fishLines = ({ after, anywhere, candidates, option }: Place, name: string): ReadonlyArray<string> => {
  const place = `complete -c ${name} -n '__${name}_after "${after.join(" ")} ${anywhere ? "*" : ""}"'`
  if (option !== undefined) {
    return [`${place} -l ${option.slice(2)} -x -a '${candidates.map(([word]) => word).join(" ")}'`]
  }
  return candidates.map(([word, meaning]) => {
    const candidate = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`
    return meaning === "" ? `${place} ${candidate}` : `${place} ${candidate} -d ${quoted(meaning, "\\'")}`
  })
}

/** Quotes text in single quotes, and replaces single quotes in it. */
const quoted = (text: string, quote: string): string => `'${text.replaceAll("'", quote)}'`
