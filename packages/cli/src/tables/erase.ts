import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const erase = CommandTable.make({
  name: "erase",
  summary: "Removes a user from the store for good, keeps later runs from bringing them back, and prints a receipt",
  arguments: { typed: Argument.secret("USER_ID", "the user's id, exactly as the source has it") },
  options: {
    dryRun: Flag.boolean("dry-run", "show what would be removed, and change nothing"),
    undo: Flag.boolean("undo", "let later runs bring the user in again, after a mistaken erasure"),
    stdin: Flag.boolean("stdin", "read the id from standard input; a single - means the same"),
    json: Flag.boolean("json", "the receipt as JSON")
  },
  examples: [
    ["erase 4711 --dry-run", "what the store has of that user"],
    ["erase 4711", "removes it; the receipt names nobody"],
    ["erase - < id.txt", "keeps the id out of the shell's history, the list of processes and the package manager's echo"]
  ],
  stopping: "what is running rolls back"
})
