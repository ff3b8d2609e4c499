// V8's options for runs that make and drop pages of rows for as long as they last, and keep next to nothing of them alive. What
// each of them buys is measured in docs/performance.md. `--max-semi-space-size=4` comes too late here: the script in package.json
// gives it to Node.
const { setFlagsFromString } = require("node:v8")

for (const flag of [
  // V8 by itself lets garbage pile up for long before it collects.
  "--heap-growing-percent=75",
  // Several threads would go through the young generation, and wait for each other.
  "--no-parallel-scavenge",
  // V8 takes it from the first rows, which several assets hold on to, that others will be long-lived too.
  "--no-allocation-site-pretenuring"
])
  setFlagsFromString(flag)
