import { GraphInvalid } from "@sluice/core/graph/GraphProblem"
import { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import { expect, it } from "vitest"
import { OutputFailed, RunFailed, UsageError } from "../src/CliError.ts"
import * as exitCode from "../src/exitCode.ts"

it("0 is success, 1 a failed run, a failed output or a bug, 2 whatever refused a run before it began, 130 an interruption or a cancellation", () => {
  const unreachable = new WarehouseFailed({ reason: "Unreachable", operation: "connect", detail: "" })
  expect(
    [
      Exit.succeed(undefined),
      Exit.fail(new RunFailed({ detail: "" })),
      Exit.fail(new RunFailed({ detail: "", isCanceled: true })),
      Exit.fail(new OutputFailed({ code: "ENOSPC" })),
      Exit.die(new Error("bug")),
      Exit.fail(new UsageError({ detail: "" })),
      Exit.fail(new GraphInvalid({ problems: [] })),
      Exit.fail(unreachable),
      Exit.interrupt(FiberId.none),
      Exit.failCause(Cause.parallel(Cause.fail(new RunFailed({ detail: "" })), Cause.interrupt(FiberId.none)))
    ].map(exitCode.of)
  ).toEqual([0, 1, 130, 1, 1, 2, 2, 2, 130, 1])
})
