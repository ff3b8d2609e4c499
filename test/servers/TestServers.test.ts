import { describe, expect, it } from "vitest"
import { flavours, isAvailable, sharedPort, startOwn } from "./TestServers.ts"

for (const flavour of flavours) {
  // Guards a bug: the port was 0, for which drivers use 3306, and tests wrote to the server that listened there.
  describe.runIf(!isAvailable(flavour))(`${flavour}, which is not available`, () => {
    it("has no port and cannot be started", async () => {
      await expect(sharedPort(flavour)).rejects.toThrow("is not available")
      await expect(async () => startOwn(flavour)).rejects.toThrow("is not available")
    })
  })

  describe.skipIf(!isAvailable(flavour))(flavour, () => {
    it("listens on a port of its own, never on the default one", async () => {
      const port = await sharedPort(flavour)
      expect([Number.isInteger(port), port > 1_024, port !== 3_306]).toEqual([true, true, true])
    })
  })
}
