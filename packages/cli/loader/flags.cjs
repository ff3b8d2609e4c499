// V8's options for runs that make and drop pages of rows for as long as they last, and keep next to nothing of them alive. The
// numbers are medians of three runs of 40,000 users and 400,000 messages into the embedded store, without the option and with it.
// Three come too late here, so the script in package.json gives them to Node: `--max-semi-space-size=4` (264 and 247 MB), and
// `--min-semi-space-size=4` and `--initial-old-space-size=32`, with which `list` collects garbage four times and not nine.
const { setFlagsFromString } = require("node:v8")

for (const flag of [
  // V8 by itself lets garbage pile up for long before it collects: 271 and 247 MB.
  "--heap-growing-percent=75",
  // V8 takes it from the first rows, which several assets hold on to, that others will be long-lived too: 10.7 and 9.8 s of the
  // processors.
  "--no-allocation-site-pretenuring"
])
  setFlagsFromString(flag)
