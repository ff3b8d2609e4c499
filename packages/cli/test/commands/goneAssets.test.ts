import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { pipeline } from "../dailyRevenue.ts"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const without = (gone: string) =>
  Definitions.make({
    name: "shop",
    assets: pipeline().assets.filter(({ name }) => name !== gone),
    resources: () => Layer.empty
  })

const idIn = (text: string) => /\d{8}-\d{6}-\w{4}/.exec(text)?.[0] ?? ""

// Regression: the message named `list`, and no command made the rest.
it("a backfill of an asset that is gone is not resumed, and the command that makes the rest works as it is printed", async () => {
  const directory = emptyDirectory()
  const before = program(pipeline({ failing: new Set(["2024-08-05", "2024-08-07"]) }), directory)
  const id = idIn((await before("backfill", "daily_revenue", "monthly_revenue", "--partitions", "2024-08")).err)
  const after = program(without("monthly_revenue"), directory)
  const refused = [await after("backfills", "resume", id), await after("retry", id)]
  const command = "backfill daily_revenue --partitions '2024-08-05,2024-08-07'"
  const told = `✗ The pipeline no longer has "monthly_revenue", which run ${id} has left unfinished.`
  expect(refused.map(({ code, err }) => [code, err.split("\n").at(-1)])).toStrictEqual([
    [2, `${told} Make the rest with \`sluice ${command}\`.`],
    [2, `${told} Make the rest with \`sluice ${command}\`.`]
  ])
  const made = await after(...command.replaceAll("'", "").split(" "))
  const { counts } = JSON.parse((await after("partitions", "list", "daily_revenue", "--json")).out)
  expect([made.code, counts.made, (await after("backfills", "resume", id)).err.split("\n").at(-1)]).toStrictEqual([
    0,
    31,
    `${told} Nothing else of it is left to make.`
  ])
}, 60_000)
