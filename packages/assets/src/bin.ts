import { start } from "@sluice/cli/start"
import definitions from "./definitions.ts"

start(definitions)
