import type { Stored } from "../partition/Stored.ts"

/** Which partitions of the selected assets a run is to make. */
export type PartitionRequest =
  /**
   * The last complete partition of time windows, and what is missing of selected upstreams that it is made from. The default of a run.
   */
  | { readonly _tag: "Latest" }
  /** Partitions as a person writes them: `2024-08-01..2024-08-31`. */
  | { readonly _tag: "Named"; readonly text: string }
  /** Those in one of these states, of all or of the named ones. */
  | { readonly _tag: "InState"; readonly states: ReadonlyArray<PartitionState>; readonly text: string | undefined }
  /**
   * These partitions of each asset, by name, as an earlier run recorded them, without those that were made since (milliseconds since
   * the epoch). None of an asset without an entry.
   */
  | { readonly _tag: "Unfinished"; readonly planned: ReadonlyMap<string, Stored>; readonly since: number }

/**
 * Never made; failed at the last attempt; made from other code or other rows than today's; or made from a source that nobody can ask
 * whether it has changed.
 */
export type PartitionState = "missing" | "failed" | "stale" | "unknown"

export const latest: PartitionRequest = { _tag: "Latest" }
export const named = (text: string): PartitionRequest => ({ _tag: "Named", text })
export const inState = (states: ReadonlyArray<PartitionState>, text?: string): PartitionRequest => ({
  _tag: "InState",
  states,
  text
})
export const unfinished = (planned: ReadonlyMap<string, Stored>, since: number): PartitionRequest => ({
  _tag: "Unfinished",
  planned,
  since
})
