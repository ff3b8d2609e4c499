// Loaded into a measured process (`--require`): at its end, writes what it took to the file that SLUICE_BENCH_USAGE names.
const { readFileSync, writeFileSync } = require("node:fs")

process.on("exit", () => {
  const file = process.env["SLUICE_BENCH_USAGE"]
  if (file === undefined) return
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  writeFileSync(
    file,
    JSON.stringify({ peakMB: (ownPeak() ?? maxRSS) / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 })
  )
})

/** On Linux a process's `maxRSS` begins with that of whoever started it; this is its own alone. */
function ownPeak() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1])
  } catch {
    return undefined
  }
}
