import type * as Effect from "effect/Effect"
import type { Failure } from "./Failure.ts"
import type { Metadata } from "./Metadata.ts"

/** The rows that a check reads. `relation` is the name of those that are not all rows of the asset. */
export type Subject =
  /** Staged rows, which are not visible yet. */
  | { readonly _tag: "Staged"; readonly relation: string; readonly counted?: Counted | undefined }
  /** The published rows of some partitions. `rows` is the number that was recorded with them, if it is known. */
  | { readonly _tag: "Partitions"; readonly relation: string; readonly rows: number | undefined }
  /** All published rows. */
  | { readonly _tag: "Published" }

/** Row counts reported by the loader, so that no check counts again. */
export interface Counted {
  /** The number of staged rows. */
  readonly rows: number
  /** The number of rows that are still published. Undefined if they were not counted. */
  readonly before?: number | undefined
}

/** The result of a check. Its metadata holds counts and labels only. */
export interface Outcome {
  readonly passed: boolean
  readonly metadata: Metadata
}

/**
 * A test of an asset's data. It runs at every materialization, and with the command `check` at any time. A blocking check runs
 * before the rows are published. If it fails, the old rows stay. `R` are the services that the check needs.
 */
export interface AssetCheck<out R> {
  readonly name: string
  readonly description: string
  /** Whether a failed check is reported as a warning or as an error. */
  readonly severity: "warn" | "error"
  readonly blocking: boolean
  /**
   * What the check is about if the asset is cut: the partitions that are made, before they are published, or the whole table, once
   * after all of them.
   */
  readonly of: "partition" | "table"
  readonly evaluate: (subject: Subject) => Effect.Effect<Outcome, Failure, R>
}

/** Any check. */
export type Any = AssetCheck<unknown>

/**
 * Defines a check. By default, a failed check is an error and blocks.
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
    /** What the check is about if the asset is cut. Default: `partition`. */
    readonly of?: "partition" | "table"
    readonly evaluate: AssetCheck<R>["evaluate"]
  }
): AssetCheck<R> => {
  const severity = options.severity ?? "error"
  return {
    name,
    description: options.description,
    severity,
    blocking: severity === "error" && (options.blocking ?? true),
    of: options.of ?? "partition",
    evaluate: options.evaluate
  }
}
