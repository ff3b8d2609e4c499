import { describe } from "@effect/vitest"
import { pipelineAdoptionContract } from "./pipelineAdoptionContract.ts"
import { pipelineRecordsContract } from "./pipelineRecordsContract.ts"
import { pipelineRelationsContract } from "./pipelineRelationsContract.ts"
import type { Fresh } from "./pipelineStores.ts"

/** Every store separates two pipelines like this. */
export const pipelinesContract = <E>(options: { readonly name: string; readonly fresh: Fresh<E> }) =>
  describe(`${options.name}: two pipelines`, () => {
    pipelineRecordsContract(options.fresh)
    pipelineRelationsContract(options.fresh)
    pipelineAdoptionContract(options.fresh)
  })
