// V8's options, by how long a command runs. They are set here, so that every start has them, and the threads too. Options that
// must be set before Node starts bought nothing for long runs: without `--min-semi-space-size=4 --max-semi-space-size=4
// --initial-old-space-size=32` and with them, 200,000 users and 2,000,000 messages into MariaDB took 29.2 and 29.6 s of CPU time,
// and 254 and 258 MB, medians of two runs in turn.
const { setFlagsFromString } = require("node:v8")

/**
 * For long runs that allocate and drop pages of rows, and keep little of them alive. The numbers are medians of three runs of
 * 40,000 users and 400,000 messages into the embedded store, without the option and with it.
 */
const long = [
  // By default, V8 lets garbage pile up for long before it collects: 271 and 247 MB.
  "--heap-growing-percent=75",
  // Several assets hold on to the first rows. From these, V8 concludes that further rows are long-lived too: 10.7 and 9.8 s of
  // CPU time.
  "--no-allocation-site-pretenuring"
]

/**
 * For commands that read no rows. Most of what they allocate is code and definitions, which live until the end, so collecting
 * buys nothing.
 */
const brief = [
  // The young generation grows from 1 to 16 MB at once, not by doubling: `list` collects it four times instead of eight.
  "--semi-space-growth-factor=32",
  // By default, V8 begins to mark the old generation in the middle of `list`, and collects it once.
  "--no-incremental-marking"
]

exports.set = (isBrief) => {
  for (const flag of isBrief ? brief : long) setFlagsFromString(flag)
}
