import type { Program } from "../privacy/PipelineProcess.ts"

/** What this process was started as, to be started again. */
export const program: Program = { file: process.execPath, args: process.argv.slice(1, 2) }
