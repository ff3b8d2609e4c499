import * as Context from "effect/Context"

/**
 * The name of the pipeline at work. A store keeps history, locks, remembered pages, erasures and keys under it, so two
 * pipelines that share one database have two of each. There is no default: without a name, rows of two pipelines would mix.
 *
 * ```ts
 * Layer.provide(stores, Layer.succeed(PipelineName, "shop"))
 * ```
 */
export class PipelineName extends Context.Tag("@sluice/core/definitions/PipelineName")<PipelineName, string>() {}

/** The most characters of a name: internal tables have it in their keys. */
const longest = 64

/** Whether a text can name a pipeline: lower-case letters, digits, `_` and `-`, a letter first. */
export const isValid = (name: string): boolean => name.length <= longest && /^[a-z][a-z0-9_-]*$/.test(name)
