import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import * as RunResult from "@sluice/core/run/RunResult"
import type { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { planOf } from "../support.ts"

/** Assets as a graph that is valid. */
export const sealed = <const A extends ReadonlyArray<Asset.Any>>(assets: A) =>
  Either.getOrThrow(AssetGraph.fromAssets<A[number]>(assets))

/** `users_raw Succeeded`, of each step. */
export const states = (result: RunResult.RunResult) =>
  RunResult.stepsOf(result).map(({ asset, state }) => `${asset} ${state._tag}`)

/** Runs all of some assets. */
export const runAll = (assets: ReadonlyArray<Asset.Any>, options: Partial<Executor.Options> = {}) =>
  Executor.run(planOf(sealed(assets)), { concurrency: 4, ...options }) as Effect.Effect<RunResult.RunResult, never, RunStore>

/** An asset that is never done. */
export const endless = Asset.make("endless", { materialize: () => Effect.never })
