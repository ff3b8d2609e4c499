import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { folderWith, sluice, sluiceWith } from "../ownPipeline.ts"

/** What the pipeline throws. Its code has it in an encoding only, so that its text is found where the message went. */
const canary = "ada@analytical.engine"
const pipeline = (settings = "") => ({
  "revenue.ts": `import * as Asset from "@sluice/core/asset/Asset"
import * as Effect from "effect/Effect"
export const revenue = Asset.make("revenue", {
  materialize: Effect.fn("revenue")(function* () {
    yield* Effect.void
    const row = Buffer.from("${Buffer.from(canary).toString("hex")}", "hex")
    throw new RangeError("no rate for " + row, { cause: "of " + row })
  })
})
`,
  "sluice.config.ts": `import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { revenue } from "./revenue.ts"
export default Definitions.make({ name: "shop", assets: [revenue], resources: () => Layer.empty${settings} })
`
})

const shown = `✗ revenue threw RangeError: no rate for ${canary}
    caused by of ${canary}
    revenue.ts:7:11
      5 |     yield* Effect.void
      6 |     const row = Buffer.from("${Buffer.from(canary).toString("hex")}", "hex")
    > 7 |     throw new RangeError("no rate for " + row, { cause: "of " + row })
        |           ^
      8 |   })
      9 | })
    This is shown here only, and recorded nowhere.
`

/** The files of a folder, without what was installed there, that contain a text. */
const filesWith = (folder: string, text: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text))

it("--show-errors shows a thrown message and its place in the user's code, which nothing records", async () => {
  const folder = folderWith(pipeline())
  const run = await sluice(folder, "materialize", "--all", "--json", "--show-errors", "--log-level", "debug")
  const recorded = await Promise.all([
    sluice(folder, "runs", "show"),
    sluice(folder, "runs", "logs"),
    sluice(folder, "runs", "logs", "--json"),
    sluice(folder, "asset", "revenue", "--json")
  ])
  const failed = run.stdout.split("\n").find((line) => line.includes('"StepFailed"')) ?? ""
  expect({
    status: run.status,
    shown: run.stderr.includes(shown),
    times: run.stderr.split(canary).length - 1,
    event: JSON.parse(failed).error.message,
    json: run.stdout.includes(canary),
    recorded: recorded.map(({ status, stderr, stdout }) => [status, (stdout + stderr).includes(canary)]),
    files: filesWith(folder, canary)
  }).toEqual({
    status: 1,
    shown: true,
    times: 2,
    event:
      '"revenue" broke with an unexpected RangeError (at revenue.ts:7:11). This is a bug in the asset or in what it uses. Its message is not recorded, because it could quote data; `sluice materialize revenue --show-errors` shows it on your own machine.',
    json: false,
    recorded: Array(4).fill([0, false]),
    files: []
  })
}, 120_000)

it("a thrown message is shown without being asked for only if a sample is loaded into the embedded store", async () => {
  const origin = (sampleFor: string) =>
    `, origin: () => Effect.succeed({ name: "shop", description: "the shop", sampleFor: ${sampleFor} })`
  const said = async (settings: string) =>
    (await sluice(folderWith(pipeline(settings)), "materialize", "--all")).stderr.includes(canary)
  expect(await Promise.all([said(origin('"SHOP_URL"')), said(origin("undefined")), said("")])).toEqual([true, false, false])
}, 120_000)

it("--show-errors is refused for a store on another machine, before anything is connected to", async () => {
  const folder = folderWith(pipeline())
  const env = { DATABASE_URL: "mysql://app:secret@db.example.com/dwh" }
  const refused = (command: string) => sluiceWith(env, folder, command, "--all", "--show-errors")
  const told =
    "✗ --show-errors is for developing: a message may quote data, and the database dwh on db.example.com:3306, encrypted if the server offers TLS is not on this machine. Leave it out, or use the embedded store or a server on this machine.\n"
  expect([await refused("materialize"), await refused("check")]).toEqual([
    { status: 2, stdout: "", stderr: told },
    { status: 2, stdout: "", stderr: told }
  ])
}, 120_000)
