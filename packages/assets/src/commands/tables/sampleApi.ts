import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const sampleApi = CommandTable.make({
  name: "sample-api",
  summary: "Serves an API with invented users and messages until it is interrupted",
  arguments: {},
  options: {
    users: Flag.wholeNumber("users", "N", [0, 100_000_000], "how many users are generated; default 1000"),
    messages: Flag.wholeNumber("messages", "M", [0, 1_000_000_000], "how many messages; default ten for each user"),
    seed: Flag.wholeNumber("seed", "S", [0, 4_294_967_295], "the same seed, the same rows; default 1"),
    port: Flag.withDefault(Flag.wholeNumber("port", "P", [0, 65_535], "the port; 0 takes a free one"), 0)
  },
  examples: [
    ["sample-api", "the bundled data"],
    ["sample-api --users 200000 --messages 2000000 --seed 7 --port 8080", "of any size: nothing is held in memory"]
  ],
  stopping: "the sample API is served no longer"
})
