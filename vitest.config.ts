import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { SlowestFirst } from "./test/setup/SlowestFirst.ts"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/setup/setup.ts"],
    globalSetup: ["test/servers/globalSetup.ts"],
    // A worker keeps its modules from one file to the next: loading them again took longer than most files' tests.
    pool: "forks",
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    // Many suites wait for servers and processes, so two cores keep two workers busy. More than four would overload the servers.
    minWorkers: 1,
    maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
    testTimeout: 60_000,
    // The first suite that needs a database server waits for it, and the first ever on a machine for its data directory.
    hookTimeout: 120_000
  }
})
