import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const privacyReport = CommandTable.make({
  name: "privacy report",
  summary: "Tells who may see what, how well people hide among each other, and what remains possible; counts only",
  arguments: {},
  options: {
    format: Flag.withDefault(Flag.oneOf("format", "FORMAT", ["text", "markdown", "json"], "how to write it"), "text"),
    failUnder: Flag.wholeNumber(
      "fail-under",
      "K",
      [1, 1_000_000_000],
      "exit code 1 if a person looks like fewer than K - 1 others, or if there are no people"
    )
  },
  examples: [
    ["privacy report", "for the privacy officer"],
    ["privacy report --format markdown > report.md", "for a file"],
    ["privacy report --fail-under 5", "for a pipeline that must not publish less"]
  ]
})
