import type * as FileSystem from "@effect/platform/FileSystem"

/**
 * The services that the program provides to every run: the store, the room on disk for spilled rows, the file system. The
 * resources of a pipeline need not provide them. The tag of such a service declares the mark:
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

/** The services that the program provides to a command, such as `Output`. The tag of such a service declares the mark. */
export type GivenToCommands = MarkedForCommands | FileSystem.FileSystem

export interface MarkedForCommands {
  readonly "~givenToCommands": true
}
