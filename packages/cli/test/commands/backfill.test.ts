import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { pipeline } from "../dailyRevenue.ts"
import { type Ended, program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const linesOf = ({ code, err, out }: Ended) => [code, ...`${out}\n${err}`.split("\n").filter((line) => line !== "")]

/** A text without run ids, times and durations. */
const steady = (text: string) =>
  text
    .replaceAll(/\d{8}-\d{6}-\w{4}/g, "RUN")
    .replaceAll(/\b[\d.]+ (ms|s)\b/g, "TIME")
    .replaceAll(/TIME +/g, "TIME ")

describe("a backfill", () => {
  it("needs to be told which partitions to make, and says how", async () => {
    const sluice = program(pipeline(), emptyDirectory())
    expect(linesOf(await sluice("backfill", "daily_revenue"))).toStrictEqual([
      2,
      "✗ Say which partitions to make: --from and --to, --partitions EXPR, --missing, --failed or --stale. `--partitions '*'` makes all of them."
    ])
    expect(linesOf(await sluice("backfill", "report", "--missing", "--dry-run"))).toStrictEqual([
      2,
      "✗ No selected asset is cut into partitions, so there is nothing to backfill. Assets that are cut: daily_revenue, monthly_revenue."
    ])
  })

  it("shows its plan first, makes what it can, and is resumed until nothing is left to do", async () => {
    const directory = emptyDirectory()
    const failing = new Set(["2024-08-05"])
    const keys: Array<string> = []
    const made = (key: string) => Effect.sync(() => void keys.push(key))
    const sluice = program(pipeline({ failing, made }), directory)
    const dry = await sluice("backfill", "daily_revenue", "--from", "2024-08-01", "--to", "2024-08-10", "--dry-run")
    expect([...linesOf(dry), keys.length]).toStrictEqual([
      0,
      "Partitions",
      "  daily_revenue  10 partitions of days: 2024-08-01..2024-08-10",
      "10 partitions · 10 calls · no expected time, since none was made before",
      0
    ])
    const first = await sluice("backfill", "daily_revenue", "--from", "2024-08-01", "--to", "2024-08-10")
    const id = /run (\S+)/.exec(first.err)?.[1] ?? ""
    expect([first.code, first.err.includes(`Next: sluice backfills resume ${id}`), keys.length]).toStrictEqual([1, true, 10])
    // Regression: the message was printed three times.
    const failures = first.err.split("\n").filter((line) => line.includes("failed"))
    expect(failures.map(steady)).toStrictEqual([
      '✗ daily_revenue  2024-08-05 failed: "daily_revenue" failed the check revenue. `sluice asset daily_revenue` shows the results.',
      "✗ daily_revenue  failed: 1 of 10 partitions failed.",
      "✗ daily_revenue  failed (TIME): 1 of 10 partitions failed.",
      "1 failed · 1 check passed · TIME · run RUN"
    ])
    expect(linesOf(await sluice("backfills", "show")).map((line) => steady(String(line)))).toStrictEqual([
      "0",
      "Backfill RUN failed",
      expect.stringContaining("daily_revenue, started "),
      "  daily_revenue  9 of 10 made, 1 failed",
      '  ✗ daily_revenue 2024-08-05: "daily_revenue" failed the check revenue. `sluice',
      "    asset daily_revenue` shows the results.",
      expect.stringContaining("1 failed"),
      "Next: sluice backfills resume RUN"
    ])
    failing.clear()
    keys.length = 0
    const resumed = await sluice("backfills", "resume", id)
    expect([resumed.code, keys]).toStrictEqual([0, ["2024-08-05"]])
    const shown = linesOf(await sluice("backfills", "show", id)).map((line) => steady(String(line)))
    expect(shown.slice(-2)).toStrictEqual(["Backfill RUN resumed it, and succeeded.", "All of it has been made since."])
    // How long the backfills took decides where a line is wrapped.
    expect(steady((await sluice("backfills", "list")).out).replaceAll(/\s+/g, " ")).toContain(
      "RUN succeeded TIME 1 of 1 made daily_revenue resumes RUN RUN failed TIME 9 of 10 made, 1 failed daily_revenue"
    )
    const again = await sluice("backfill", "daily_revenue", "--missing", "--failed", "--stale", "--to", "2024-08-10")
    expect([again.code, again.err.split("\n").at(-1), keys.length]).toStrictEqual([
      0,
      "✓ Nothing to do: daily_revenue has no such partition.",
      1
    ])
    // Regression: they named `*`, which is how --all is recorded.
    const ofAll = async (...words: ReadonlyArray<string>) =>
      linesOf(await sluice("backfill", "--all", ...words, "--failed", "--dry-run"))
    expect([
      ...(await ofAll()),
      ...(await ofAll("--exclude", "monthly_revenue")),
      ...(await ofAll("--exclude", "*"))
    ]).toStrictEqual([
      0,
      "✓ Nothing to do: no asset has such a partition.",
      0,
      "✓ Nothing to do: --all --exclude monthly_revenue has no such partition.",
      2,
      "✗ No asset matches --all --exclude '*'. Give --allow-empty if that is fine."
    ])
  }, 60_000)

  // Regression: `show` offered `resume` for ever, also if nothing was left.
  it("is offered to be resumed until other runs have made all of it", async () => {
    const directory = emptyDirectory()
    const failing = new Set(["2024-08-05", "2024-08-06"])
    const sluice = program(pipeline({ failing }), directory)
    const lastLines = async (id: string) => linesOf(await sluice("backfills", "show", id)).slice(-2)
    await sluice("backfill", "daily_revenue", "--to", "2024-08-10")
    const [first] = JSON.parse((await sluice("backfills", "list", "--json")).out).backfills
    failing.delete("2024-08-05")
    await sluice("backfills", "resume", first.runId)
    const [second] = JSON.parse((await sluice("backfills", "list", "--json")).out).backfills
    expect(await lastLines(first.runId)).toStrictEqual([
      `Backfill ${second.runId} resumed it, and failed.`,
      `Next: sluice backfills resume ${second.runId}`
    ])
    failing.clear()
    await sluice("materialize", "daily_revenue", "--partition", "2024-08-06")
    expect((await lastLines(second.runId)).at(-1)).toBe("All of it has been made since.")
    const again = await sluice("backfills", "resume", second.runId)
    expect([again.code, again.err.split("\n").at(-1)]).toStrictEqual([
      0,
      `Nothing is left of backfill ${second.runId}: everything in it is made.`
    ])
    const { isLeft, resumedBy } = JSON.parse((await sluice("backfills", "show", first.runId, "--json")).out)
    expect([isLeft, resumedBy]).toStrictEqual([false, second.runId])
  }, 60_000)

  it("of stale partitions makes those of other code again, and with --downstream what is made from them", async () => {
    const directory = emptyDirectory()
    const sluice = program(pipeline(), directory)
    expect((await sluice("backfill", "daily_revenue", "monthly_revenue", "--missing")).code).toBe(0)
    const changed = program(pipeline({ codeVersion: "2" }), directory)
    const dry = await changed("backfill", "daily_revenue+", "--failed", "--stale", "--dry-run", "--json")
    expect(JSON.parse(dry.out)).toMatchObject({
      selection: "daily_revenue+",
      assets: [
        { asset: "daily_revenue", set: "days", count: 31, ranges: "2024-08-01..2024-08-31", again: 31, calls: 31, kept: 0 },
        { asset: "monthly_revenue", set: "months", count: 1, ranges: "2024-08", again: 1, calls: 1, kept: 0 }
      ]
    })
    const one = ["backfill", "daily_revenue+", "--partitions", "2024-08-03", "--dry-run", "--json"]
    const counts = async (...more: ReadonlyArray<string>) =>
      JSON.parse((await changed(...one, ...more)).out).assets.map(({ count }: { readonly count: number }) => count)
    expect([await counts(), await counts("--downstream")]).toStrictEqual([
      [1, 1],
      [1, 1]
    ])
  }, 60_000)

  it("is canceled by another command within a second, what was made stays, and one that overlaps is refused", async () => {
    const directory = emptyDirectory()
    const started = Effect.runSync(Deferred.make<void>())
    const made = (key: string) =>
      key < "2024-08-11" ? Effect.void : Effect.zipRight(Deferred.succeed(started, undefined), Effect.never)
    const sluice = program(pipeline({ made }), directory)
    const running = sluice("backfill", "daily_revenue", "--missing", "--concurrency", "1")
    await Effect.runPromise(Deferred.await(started))
    const list = await sluice("backfills", "list")
    const id = /^\d{8}-\d{6}-\w{4}/m.exec(list.out)?.[0] ?? ""
    expect(list.out.includes("running")).toBe(true)
    const overlapping = await sluice("backfill", "daily_revenue", "--from", "2024-08-20")
    expect([overlapping.code, overlapping.err.split("\n").at(-1)]).toStrictEqual([
      2,
      expect.stringMatching(
        new RegExp(
          `^✗ Backfill ${id} \\(process \\d+ on \\S+\\) is making some of these partitions of daily_revenue\\. Nothing was made\\. Wait until it has ended, cancel it with \`sluice backfills cancel ${id}\`, or name other partitions\\.$`
        )
      )
    ])
    const since = Date.now()
    const canceled = await sluice("backfills", "cancel", id)
    // Regression: it exited with 1, as if some of it had failed.
    expect([Date.now() - since < 2_000, (await running).code]).toStrictEqual([true, 130])
    expect(linesOf(canceled)).toStrictEqual([
      0,
      `✓ Backfill ${id} is canceled: 10 of 31 made. What was made stays.`,
      `Next: sluice backfills resume ${id}`,
      `Canceling backfill ${id}.`
    ])
    expect((await sluice("backfills", "cancel", id)).err).toBe(
      `✗ Backfill ${id} is not running: it was canceled. \`sluice backfills show ${id}\` shows what it made.`
    )
    const keys: Array<string> = []
    const rest = program(pipeline({ made: (key) => Effect.sync(() => void keys.push(key)) }), directory)
    expect([(await rest("backfills", "resume", id)).code, keys.length, keys.sort()[0]]).toStrictEqual([0, 21, "2024-08-11"])
  }, 60_000)

  it("that starts together with one of the same partitions ends, and the other makes all of them", async () => {
    const directory = emptyDirectory()
    const sluice = program(pipeline({ made: () => Effect.sleep(40) }), directory)
    await sluice("provision")
    const both = ["backfill", "daily_revenue", "--partitions", "*", "--concurrency", "1"]
    const codes = (await Promise.all([sluice(...both), sluice(...both)])).map(({ code }) => code)
    expect([codes.filter((code) => code === 0).length, codes.length]).toStrictEqual([1, 2])
    const { out } = await sluice("partitions", "list", "daily_revenue", "--json")
    expect(JSON.parse(out).counts).toMatchObject({ made: 31, missing: 0, failed: 0 })
  }, 60_000)

  it("is named only if it is one", async () => {
    const sluice = program(pipeline(), emptyDirectory())
    await sluice("materialize", "daily_revenue")
    const [run = ""] = /\d{8}-\d{6}-\w{4}/.exec((await sluice("runs", "list")).out) ?? []
    const messages = [
      (await sluice("backfills", "show")).err,
      (await sluice("backfills", "show", run)).err,
      (await sluice("backfills", "resume", "nonsense")).err
    ]
    expect(messages.map(steady)).toStrictEqual([
      "✗ There is no backfill yet. `sluice backfill ASSET --missing` makes the first.",
      "✗ Run RUN is no backfill. `sluice runs show RUN` shows it, and `sluice retry RUN` retries it.",
      '✗ There is no backfill "nonsense". `sluice backfills list` shows the backfills.'
    ])
  }, 60_000)
})
