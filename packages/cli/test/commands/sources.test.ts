import { beforeAll, describe, expect, it } from "vitest"
import { behind, emptyDirectory, type Finished, sluice, testApi } from "../support.ts"

const api = await testApi()
const other = await testApi()
const env = { SPARK_API_URL: `${api.url}/` }

const advice =
  "since SPARK_API_URL is not set. Set it in the environment or in .env. To use the sample, pass --allow-sample-data."

const refusals = ({ code, stderr }: Finished) => [code, /^✗ (.*)$/m.exec(stderr)?.[1]]
const warnings = ({ stderr }: Finished) => stderr.match(/^! .* from http.*$/gm) ?? []

// Regression: whoever forgot SPARK_API_URL had the bundled sample loaded over their tables, and only the first line said so.
describe("tables that were made from an API", () => {
  const cwd = emptyDirectory()
  let first: Finished
  beforeAll(async () => {
    api.users = api.users.slice(0, 20)
    first = await sluice(cwd, ["materialize", "--all"], env)
  }, 60_000)

  it("are not replaced by the sample: the run is refused before it begins, whole, in part, changed or retried", async () => {
    const all = await sluice(cwd, ["materialize", "--all"])
    const part = await sluice(cwd, ["materialize", "messages_raw"])
    const changed = await sluice(cwd, ["materialize", "--changed"])
    api.refusal = 404
    await sluice(cwd, ["materialize", "messages_raw"], env)
    api.refusal = undefined
    const retried = await sluice(cwd, ["retry"])
    const { stdout } = await sluice(cwd, ["runs", "list"])
    const whole = `sensitive_city_ids, sensitive_zipcode_ids and 4 more were made from ${api.url}, and this run would replace that with the bundled sample data, ${advice}`
    const messages = whole.replace(/^.* were/, "messages_raw was")
    expect([all, part, changed, retried].map(refusals)).toEqual([
      [2, whole],
      [2, messages],
      [2, whole],
      [2, messages]
    ])
    expect([first.code, stdout.trimEnd().split("\n").length]).toEqual([0, 3])
    expect(await behind(cwd, "SELECT COUNT(*) FROM users_raw")).toEqual([[20]])
  }, 60_000)

  it("are what `plan` warns of, for people and for programs", async () => {
    const text = await sluice(cwd, ["plan", "users_raw"])
    const json = await sluice(cwd, ["plan", "users_raw", "--json"])
    const own = await sluice(cwd, ["plan", "users_raw", "--json"], env)
    expect([text.code, text.stdout.split("\n").slice(-3)]).toEqual([
      0,
      ["reads from sample", expect.stringMatching(/^✗ `materialize` refuses this: .* --allow-sample-data\.$/), ""]
    ])
    expect(JSON.parse(json.stdout)).toMatchObject({ origin: "sample", sourceChange: { refused: true } })
    expect(JSON.parse(own.stdout)).toMatchObject({ origin: api.url, sourceChange: null })
  }, 60_000)

  it("are told by the place that their rows came from", async () => {
    const run = await sluice(cwd, ["runs", "show"])
    const logs = await sluice(cwd, ["runs", "logs"])
    const asset = await sluice(cwd, ["asset", "users_without_messages"])
    expect([
      run.stdout.split("\n")[1]?.replace(/^.* UTC, /, ""),
      logs.stdout.split("\n")[0]?.replace(/^.*: /, ""),
      /data from {2}(.*)/.exec(asset.stdout)?.[1]
    ]).toEqual([`reading from ${api.url}`, `messages_raw, reading from ${api.url}`, api.url])
  }, 60_000)

  it("may be made from another API, which is told; what keeps its rows is told too", async () => {
    const { code, stderr, stdout } = await sluice(cwd, ["materialize", "messages_raw"], { SPARK_API_URL: other.url })
    expect([code, warnings({ code, stderr, stdout })]).toEqual([
      0,
      [
        `! messages_raw was made from ${api.url}, and will be made from ${other.url}. sensitive_city_ids, sensitive_zipcode_ids and 3 more keep their rows from ${api.url}.`
      ]
    ])
  }, 60_000)

  it("are replaced by the sample where --allow-sample-data says so, and by an API's rows again without a word", async () => {
    const allowed = await sluice(cwd, ["materialize", "--all", "--allow-sample-data"])
    const rows = await behind(cwd, "SELECT COUNT(*) FROM users_raw")
    const again = await sluice(cwd, ["materialize", "--all"])
    const real = await sluice(cwd, ["materialize", "--all"], env)
    const asset = await sluice(cwd, ["asset", "users_raw", "--json"])
    expect([allowed.code, rows, again.code, real.code, warnings(real)]).toEqual([0, [[30]], 0, 0, []])
    expect(JSON.parse(asset.stdout).materializations[0].provenance.origins).toEqual([api.url])
  }, 60_000)

  it("stay guarded after an erasure; views over them, which read no source, may be made all the same", async () => {
    const erased = await sluice(cwd, ["erase", "nobody"])
    const refused = await sluice(cwd, ["materialize", "users_raw"])
    const views = await sluice(cwd, ["materialize", "messages_per_day"])
    expect([erased.code, refused.code, views.code]).toEqual([0, 2, 0])
  }, 60_000)
})
