import type * as FileSystem from "@effect/platform/FileSystem"
import type { Command } from "@sluice/core/command/Command"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import type { Input } from "../Input.ts"
import type { Output } from "../Output.ts"
import type { Pipeline } from "../Pipeline.ts"

/** The services that commands run with. */
export type Services = Output | Input | Pipeline | FileSystem.FileSystem

/** The commands of a pipeline. Core knows their services only by a mark, and only these services have it. */
export const commandsOf = ({ commands }: Definitions.Any): ReadonlyArray<Command<unknown, Services>> =>
  commands as ReadonlyArray<Command<unknown, Services>>
