import type * as Effect from "effect/Effect"
import type { Failure } from "./Failure.ts"
import type { Metadata } from "./Metadata.ts"

/** What a check looks at: rows that are staged and not yet visible, by the name of their relation, or what is published. */
export type Subject =
  | { readonly _tag: "Staged"; readonly relation: string; readonly counted?: Counted | undefined }
  | { readonly _tag: "Published" }

/** What whoever staged rows has counted, so that no check has to count it again. */
export interface Counted {
  /** The rows that are staged. */
  readonly rows: number
  /** The rows that are published until then; undefined where nobody has counted them. */
  readonly before?: number | undefined
}

/** What a check found. Counts and labels only. */
export interface Outcome {
  readonly passed: boolean
  readonly metadata: Metadata
}

/**
 * A question about an asset's data that is answered at every materialization, and by `check` at any time. A blocking one
 * decides before the rows are published: where it fails, the old ones stay. `R` is what answering it needs.
 */
export interface AssetCheck<out R> {
  readonly name: string
  readonly description: string
  /** How loudly a failed check is told. */
  readonly severity: "warn" | "error"
  readonly blocking: boolean
  readonly evaluate: (subject: Subject) => Effect.Effect<Outcome, Failure, R>
}

/** Any check. */
export type Any = AssetCheck<unknown>

/**
 * Defines a check. By default a failed one is an error that blocks.
 *
 * ```ts
 * AssetCheck.make("not_empty", { description: "There are rows.", evaluate: () => Effect.succeed({ passed: true, metadata: {} }) })
 * ```
 */
export const make = <R>(
  name: string,
  options: {
    readonly description: string
    readonly severity?: "warn" | "error"
    /** Default: true for errors, false for warnings. A warning never blocks. */
    readonly blocking?: boolean
    readonly evaluate: AssetCheck<R>["evaluate"]
  }
): AssetCheck<R> => {
  const severity = options.severity ?? "error"
  return {
    name,
    description: options.description,
    severity,
    blocking: severity === "error" && (options.blocking ?? true),
    evaluate: options.evaluate
  }
}
