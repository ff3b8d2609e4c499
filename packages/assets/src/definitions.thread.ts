/** The program of the pipeline's reading threads. It is bundled beside `definitions.ts`. */
import * as ReadThread from "@sluice/cli/wiring/ReadThread"
import * as Endpoints from "./endpoints.ts"

ReadThread.run([ReadThread.list(Endpoints.users), ReadThread.list(Endpoints.messages)])
