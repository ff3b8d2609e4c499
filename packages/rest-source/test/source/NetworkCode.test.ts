import { expect, it } from "@effect/vitest"
import * as NetworkCode from "../../src/source/NetworkCode.ts"

it("a code is found in the error or its causes, and a message never", () => {
  const refused = Object.assign(new Error("connect 10.0.0.1:80"), { code: "ECONNREFUSED" })
  const endless: { cause?: unknown } = {}
  endless.cause = endless
  expect([
    NetworkCode.of(new TypeError("fetch failed", { cause: new AggregateError([refused]) })),
    NetworkCode.of(Object.assign(new Error("x"), { code: "a value, not a code" })),
    NetworkCode.of(endless),
    NetworkCode.of(null)
  ]).toStrictEqual(["ECONNREFUSED", undefined, undefined, undefined])
})

it("every code has words, and only unreadable compression is wrong for good", () => {
  const codes = ["ECONNREFUSED", "ENOTFOUND", "ECONNRESET", "CERT_HAS_EXPIRED", undefined]
  expect(codes.map(NetworkCode.explain)).toStrictEqual([
    "the connection was refused (ECONNREFUSED)",
    "the host was not found (ENOTFOUND)",
    "the connection was lost (ECONNRESET)",
    "the connection failed (CERT_HAS_EXPIRED)",
    "the connection failed"
  ])
  expect(["Z_DATA_ERROR", "Z_BUF_ERROR", "ECONNRESET", undefined].map(NetworkCode.isBadCompression)).toStrictEqual([
    true,
    false,
    false,
    false
  ])
})
