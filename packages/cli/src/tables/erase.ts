import * as Argument from "@sluice/core/command/Argument"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const erase = CommandTable.make({
  name: "erase",
  summary: "Erases a user from the store, keeps later runs from loading them again, and prints a receipt",
  arguments: { typed: Argument.secret("USER_ID", "the user's id, exactly as the source has it") },
  options: {
    dryRun: Flag.boolean("dry-run", "show what would be erased; change nothing"),
    undo: Flag.boolean("undo", "let later runs load the user again, after a mistaken erasure"),
    stdin: Flag.boolean("stdin", "read the id from standard input; a single - means the same"),
    json: Flag.boolean("json", "the receipt as JSON")
  },
  examples: [
    ["erase 4711 --dry-run", "counts the user's rows"],
    ["erase 4711", "erases the user; the receipt names nobody"],
    ["erase - < id.txt", "keeps the id out of the shell history and the process list"]
  ],
  stopping: "what is running rolls back"
})
