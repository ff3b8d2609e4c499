import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The pipeline of tests with one pipeline. */
export const pipelineName = "spark"

/** Builds a layer for a pipeline. */
export const forPipeline =
  (name: string = pipelineName) =>
  <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, Exclude<R, PipelineName>> =>
    Layer.provide(layer, Layer.succeed(PipelineName, name))

/** Runs an effect for the pipeline of tests with one pipeline. */
export const asPipeline = Effect.provideService(PipelineName, pipelineName)
