import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Predicate from "effect/Predicate"
import * as exitCode from "./exitCode.ts"
import { start } from "./start.ts"

/** Runs the pipeline that a module exports by default. Without one, reports what is missing and ends the process. */
export const startModule = (module: { readonly default?: unknown }, file: string): void => {
  const definitions = module.default
  if (isDefinitions(definitions)) {
    start(definitions)
  } else {
    const problem = definitions === undefined ? "has no default export" : "has a default export that is no pipeline"
    process.stderr.write(`✗ ${file} ${problem}. End it with \`export default Definitions.make({ … })\`.\n`)
    process.exit(exitCode.refused)
  }
}

const isDefinitions = (value: unknown): value is Definitions.Any => Predicate.hasProperty(value, Definitions.TypeId)
