import * as PlatformError from "@effect/platform/Error"
import { expect, it } from "vitest"
import { reasonOf } from "../../src/asset/FileFailed.ts"

const failed = (reason: PlatformError.SystemErrorReason, cause?: unknown) =>
  new PlatformError.SystemError({ reason, module: "FileSystem", method: "open", ...(cause === undefined ? {} : { cause }) })
const thrown = (code: string) => Object.assign(new Error("secret"), { code })

it("a reason that covers several faults is told by the system's code, and any other is told as it is", () => {
  expect([
    reasonOf(failed("Unknown", thrown("ENOSPC"))),
    reasonOf(failed("BadResource", thrown("EISDIR"))),
    reasonOf(failed("NotFound", thrown("ENOENT")))
  ]).toStrictEqual(["ENOSPC", "EISDIR", "NotFound"])
})

it("without a code of the system, the reason stays", () => {
  expect([reasonOf(failed("Unknown")), reasonOf(failed("Unknown", thrown("secret text")))]).toStrictEqual([
    "Unknown",
    "Unknown"
  ])
})
