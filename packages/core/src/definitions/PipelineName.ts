import * as Context from "effect/Context"

/**
 * The name of the running pipeline. A store keeps history, locks, remembered pages, erasures and keys under it, so that two
 * pipelines can share a database. There is no default: without a name, rows of two pipelines would mix.
 *
 * ```ts
 * Layer.provide(stores, Layer.succeed(PipelineName, "shop"))
 * ```
 */
export class PipelineName extends Context.Tag("@sluice/core/definitions/PipelineName")<PipelineName, string>() {}

/** The most characters of a name, because keys of internal tables contain it. */
const longest = 64

/** Whether a text is a valid name of a pipeline: lower-case letters, digits, `_` and `-`, a letter first. */
export const isValid = (name: string): boolean => name.length <= longest && /^[a-z][a-z0-9_-]*$/.test(name)
