// V8's options for long runs that allocate and drop pages of rows, and keep little of them alive. The numbers are medians of
// three runs of 40,000 users and 400,000 messages into the embedded store, without the option and with it. Three more options
// must be set before Node starts, so the script in package.json passes them: `--max-semi-space-size=4` (264 and 247 MB), and
// `--min-semi-space-size=4` and `--initial-old-space-size=32`, with which `list` collects garbage four times instead of nine. With
// these two, 200,000 users and 2,000,000 messages into MariaDB take 28.8 instead of 35.9 s of CPU time, and 253 instead of 236 MB.
const { setFlagsFromString } = require("node:v8")

for (const flag of [
  // By default, V8 lets garbage pile up for long before it collects: 271 and 247 MB.
  "--heap-growing-percent=75",
  // Several assets hold on to the first rows. From these, V8 concludes that further rows are long-lived too: 10.7 and 9.8 s of
  // CPU time.
  "--no-allocation-site-pretenuring"
])
  setFlagsFromString(flag)
