import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Layer from "effect/Layer"

/** The name of the pipeline that this program runs: stores keep history, erasures and keys under it. */
export const named = Layer.succeed(PipelineName, "spark")
