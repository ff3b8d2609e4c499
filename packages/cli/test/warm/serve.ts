// Runs each command that the parent asks for, and sends it the exit code. Ends with the parent.
import definitions from "@sluice/assets/definitions"
import * as Effect from "effect/Effect"
import { main } from "../../src/Main.ts"
import { type Asked, end } from "./Asked.ts"

const { SLUICE_CODE_VERSIONS, SLUICE_SOURCES, SLUICE_STARTED_AS, SLUICE_THREAD_CODE } = process.env
const ofLoader = { SLUICE_CODE_VERSIONS, SLUICE_SOURCES, SLUICE_STARTED_AS, SLUICE_THREAD_CODE }
const streams = [process.stdout, process.stderr]

// Each command adds its listeners to the streams: usually, they end with its process.
for (const stream of streams) stream.setMaxListeners(0)

process.on("message", async ({ args, cwd, env }: Asked) => {
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) delete process.env[name]
  for (const [name, value] of Object.entries({ ...ofLoader, ...env })) if (value !== undefined) process.env[name] = value
  const code = await Effect.runPromise(main(definitions, args, () => {}))
  process.chdir("/")
  for (const stream of streams) stream.write(end)
  process.send?.(code)
})

process.on("disconnect", () => process.exit(0))
