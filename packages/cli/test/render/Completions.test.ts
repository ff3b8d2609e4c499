import { execFileSync } from "node:child_process"
import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import { expect, it } from "vitest"
import * as Completions from "../../src/render/Completions.ts"

const tables = [
  CommandTable.make({
    name: "draw",
    summary: "Draws a person's assets",
    arguments: { assets: Argument.repeated("ASSET", "") },
    options: { format: Flag.oneOf("format", "FORMAT", ["tree", "dot"], "how"), all: Flag.boolean("all", "every asset") },
    examples: []
  }),
  CommandTable.make({ name: "runs list", summary: "Lists runs", arguments: {}, options: {}, examples: [] }),
  CommandTable.make({ name: "runs show", summary: "Shows one", arguments: {}, options: {}, examples: [] })
]

// Regression: the words after `runs` were never completed.
it("bash completes commands, their second words, options, and the values of options", () => {
  const script = [
    ...Completions.lines("bash", tables, "assets"),
    `complete_line() { COMP_WORDS=(assets "$@"); COMP_CWORD=$#; COMPREPLY=(); _assets; echo "\${COMPREPLY[*]}"; }`,
    'complete_line dr; complete_line runs ""; complete_line runs sh; complete_line draw users_raw --al',
    'complete_line draw --format ""; complete_line draw --all --format d; complete_line nothing ""'
  ]
  expect(
    execFileSync("bash", ["-c", script.join("\n")])
      .toString()
      .split("\n")
  ).toEqual(["draw", "list show", "show", "--all", "tree dot", "dot", "", ""])
})

it("fish and zsh get the meaning of each word, with its quotes escaped", () => {
  const fish = Completions.lines("fish", tables, "assets").filter((line) => /draw/.test(line))
  const zsh = Completions.lines("zsh", tables, "assets").filter((line) => /draw|runs /.test(line))
  expect({ fish, zsh }).toMatchInlineSnapshot(`
    {
      "fish": [
        "complete -c assets -n '__assets_after "draw *"' -l format -x -a 'tree dot'",
        "complete -c assets -n '__assets_after "draw *"' -l module -x -a ''",
        "complete -c assets -n '__assets_after "draw *"' -l env-file -x -a ''",
        "complete -c assets -n '__assets_after "draw *"' -l log-level -x -a ''",
        "complete -c assets -n '__assets_after "draw *"' -l completions -x -a 'bash fish sh zsh'",
        "complete -c assets -n '__assets_after "draw *"' -l format -d 'how'",
        "complete -c assets -n '__assets_after "draw *"' -l all -d 'every asset'",
        "complete -c assets -n '__assets_after "draw *"' -l help -d 'this help; -h is the same'",
        "complete -c assets -n '__assets_after "draw *"' -l module -d 'run the pipeline that this module exports'",
        "complete -c assets -n '__assets_after "draw *"' -l env-file -d 'the file of settings; default .env in the current directory'",
        "complete -c assets -n '__assets_after "draw *"' -l log-level -d 'debug logs more, and shows where an error came from'",
        "complete -c assets -n '__assets_after "draw *"' -l completions -d 'a completion script to source'",
        "complete -c assets -n '__assets_after "draw *"' -l version -d 'the version of the program'",
        "complete -c assets -n '__assets_after " "' -a draw -d 'Draws a person\\'s assets'",
      ],
      "zsh": [
        "    ("draw "*"|"--format) candidates=('tree' 'dot') ;;",
        "    ("draw "*"|"--module) candidates=() ;;",
        "    ("draw "*"|"--env-file) candidates=() ;;",
        "    ("draw "*"|"--log-level) candidates=() ;;",
        "    ("draw "*"|"--completions) candidates=('bash' 'fish' 'sh' 'zsh') ;;",
        "    ("runs list "*"|"--module) candidates=() ;;",
        "    ("runs list "*"|"--env-file) candidates=() ;;",
        "    ("runs list "*"|"--log-level) candidates=() ;;",
        "    ("runs list "*"|"--completions) candidates=('bash' 'fish' 'sh' 'zsh') ;;",
        "    ("runs show "*"|"--module) candidates=() ;;",
        "    ("runs show "*"|"--env-file) candidates=() ;;",
        "    ("runs show "*"|"--log-level) candidates=() ;;",
        "    ("runs show "*"|"--completions) candidates=('bash' 'fish' 'sh' 'zsh') ;;",
        "    ("draw "*"|"*) candidates=('--format:how' '--all:every asset' '--help:this help; -h is the same' '--module:run the pipeline that this module exports' '--env-file:the file of settings; default .env in the current directory' '--log-level:debug logs more, and shows where an error came from' '--completions:a completion script to source' '--version:the version of the program') ;;",
        "    ("runs list "*"|"*) candidates=('--help:this help; -h is the same' '--module:run the pipeline that this module exports' '--env-file:the file of settings; default .env in the current directory' '--log-level:debug logs more, and shows where an error came from' '--completions:a completion script to source' '--version:the version of the program') ;;",
        "    ("runs show "*"|"*) candidates=('--help:this help; -h is the same' '--module:run the pipeline that this module exports' '--env-file:the file of settings; default .env in the current directory' '--log-level:debug logs more, and shows where an error came from' '--completions:a completion script to source' '--version:the version of the program') ;;",
        "    ("runs ""|"*) candidates=('list:Lists runs' 'show:Shows one') ;;",
        "    ("""|"*) candidates=('draw:Draws a person'\\''s assets' 'runs' '--help:this help; -h is the same' '--module:run the pipeline that this module exports' '--env-file:the file of settings; default .env in the current directory' '--log-level:debug logs more, and shows where an error came from' '--completions:a completion script to source' '--version:the version of the program') ;;",
      ],
    }
  `)
})
