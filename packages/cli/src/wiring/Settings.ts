import * as PlatformConfigProvider from "@effect/platform/PlatformConfigProvider"
import * as PipelineConfig from "@sluice/assets/PipelineConfig"
import * as Effect from "effect/Effect"

export type Settings = PipelineConfig.PipelineConfig

/** The settings: from the environment, and what it leaves open from `.env` in the current directory. */
export const load = Effect.provide(PipelineConfig.load, PlatformConfigProvider.layerDotEnvAdd(".env"))
