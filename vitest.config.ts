import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/setup/equality.ts"],
    globalSetup: ["test/servers/globalSetup.ts"],
    testTimeout: 60_000,
    // The first suite that needs a database server waits for it, and the first ever on a machine for its data directory.
    hookTimeout: 120_000
  }
})
