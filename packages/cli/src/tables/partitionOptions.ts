import * as Flag from "@sluice/core/command/Flag"

/** The options of commands that name partitions of the selected assets. */
export const options = {
  partition: Flag.texts(
    "partition",
    "EXPR",
    "partitions of assets that are cut: a key, FIRST..LAST, or several with commas"
  ),
  from: Flag.text("from", "KEY", "the first partition, included"),
  to: Flag.text("to", "KEY", "the last partition, included")
}
