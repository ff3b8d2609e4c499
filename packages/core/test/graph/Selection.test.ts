import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Either from "effect/Either"
import { assert, describe, it } from "vitest"
import { graphOf } from "../support.ts"

const diamond = Either.getOrThrow(AssetGraph.make(Fixtures.diamond()))
const users = graphOf({ api_users: [], users_raw: [], messages_raw: [] })

describe("Selection", () => {
  it("resolves names once each, in graph order", () => {
    assert.deepStrictEqual(Selection.resolve(Selection.names(["d", "a", "d"]), diamond), Either.right([0, 3]))
  })

  it("resolves everything", () => {
    assert.deepStrictEqual(Selection.resolve(Selection.all, diamond), Either.right([0, 1, 2, 3]))
  })

  it("names every unknown asset and the nearest ones", () => {
    const error = Either.getOrThrow(Either.flip(Selection.resolve(Selection.names(["user_raw", "nonsense", "raw"]), users)))
    assert.deepStrictEqual(error.message.split("\n"), [
      'There is no asset "user_raw". Did you mean users_raw?',
      'There is no asset "nonsense".',
      'There is no asset "raw". Did you mean messages_raw or users_raw?',
      "`pnpm assets list` shows every asset."
    ])
  })

  it("refuses an empty selection", () => {
    assert.isTrue(Either.isLeft(Selection.resolve(Selection.names([]), users)))
  })
})
