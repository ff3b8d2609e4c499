import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const privacyCanary = CommandTable.make({
  name: "privacy canary",
  summary: "Feeds the pipeline personal data that is unique, breaks it in every way, and searches everything for it",
  arguments: {},
  options: {
    small: Flag.boolean("small", "few rows, the faults that matter most; the default"),
    full: Flag.boolean("full", "hundreds of rows, every fault; a minute or two"),
    json: Flag.boolean("json", "the report as JSON")
  },
  examples: [
    ["privacy canary", "on a store of its own, of the kind that DATABASE_URL names; yours is not touched"],
    ["privacy canary --full", "before a release"]
  ]
})
