import { expect, it } from "vitest"
import * as SampleServer from "../../src/sample/SampleServer.ts"

// Regression: with `ulimit -n 28`, a run with the sample failed with "Port 0 cannot be used".
it("the reason is named for which the sample API cannot be served, and what to do", () => {
  const problems = [
    [0, "EMFILE"],
    [0, "EADDRNOTAVAIL"],
    [80, "EACCES"],
    [8080, "EADDRINUSE"]
  ] as const
  expect(problems.map(([port, code]) => SampleServer.problemOf(port, { code }))).toEqual([
    "The sample API cannot be served: this process may open no more files (EMFILE). Raise its limit (`ulimit -n 256`), then run it again.",
    "The sample API cannot be served: the system has no free port on 127.0.0.1 (EADDRNOTAVAIL).",
    "Port 80 cannot be used: this user may not listen on it (EACCES). Choose a --port above 1023.",
    "Port 8080 cannot be used (EADDRINUSE). Another program may listen on it: choose another --port."
  ])
})
