// V8's options for long runs that allocate and drop pages of rows, and keep little of them alive. The numbers are medians of
// three runs of 40,000 users and 400,000 messages into the embedded store, without the option and with it. They are set here, so
// that every start has them, and the threads too. Options that must be set before Node starts bought nothing: without
// `--min-semi-space-size=4 --max-semi-space-size=4 --initial-old-space-size=32` and with them, 200,000 users and 2,000,000 messages
// into MariaDB took 29.2 and 29.6 s of CPU time, and 254 and 258 MB, medians of two runs in turn.
const { setFlagsFromString } = require("node:v8")

for (const flag of [
  // By default, V8 lets garbage pile up for long before it collects: 271 and 247 MB.
  "--heap-growing-percent=75",
  // Several assets hold on to the first rows. From these, V8 concludes that further rows are long-lived too: 10.7 and 9.8 s of
  // CPU time.
  "--no-allocation-site-pretenuring"
])
  setFlagsFromString(flag)
