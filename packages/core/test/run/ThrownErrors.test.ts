import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { RunStore } from "@sluice/core/run/RunStore"
import { ThrownErrors } from "@sluice/core/run/ThrownErrors"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { runAll } from "../support.ts"

it.effect("what steps and checks throw is received with its message, and no event has it", () =>
  Effect.gen(function* () {
    const thrown = () => {
      throw new RangeError("ada@secret.example")
    }
    const check = AssetCheck.make("sane", { description: "", severity: "warn", evaluate: () => Effect.sync(thrown) })
    const received: Array<readonly [string, string]> = []
    const { runId } = yield* runAll([
      Asset.make("checked", { checks: [check], materialize: () => Effect.void }),
      Asset.make("throwing", { materialize: () => Effect.sync(thrown) }),
      Asset.make("failing", { materialize: () => new Refused() })
    ]).pipe(
      Effect.provideService(ThrownErrors, {
        report: (asset, cause) => Effect.sync(() => void received.push([asset, String(Cause.squash(cause))]))
      })
    )
    expect(received.sort()).toStrictEqual([
      ["checked", "RangeError: ada@secret.example"],
      ["throwing", "RangeError: ada@secret.example"]
    ])
    expect(JSON.stringify(yield* (yield* RunStore).events(runId))).not.toContain("secret")
  }).pipe(Effect.provide(RunStore.layerMemory))
)

class Refused extends Cause.YieldableError {
  readonly _tag = "Refused"
  readonly retryable = false
  override readonly message = "The source refused."
}
