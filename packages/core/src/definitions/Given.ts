import type * as FileSystem from "@effect/platform/FileSystem"

/**
 * What the program gives to every run, so that no pipeline's resources must: the store, the room on disk for spilled rows,
 * the file system. The tag of such a service declares the mark:
 *
 * ```ts
 * class Warehouse extends Context.Tag("Warehouse")<Warehouse, Service>() {
 *   declare readonly "~given": true
 * }
 * ```
 */
export type Given = Marked | FileSystem.FileSystem

export interface Marked {
  readonly "~given": true
}

/** What the program gives to a command, as `Output`. The tag of such a service declares the mark. */
export type GivenToCommands = MarkedForCommands | FileSystem.FileSystem

export interface MarkedForCommands {
  readonly "~givenToCommands": true
}
