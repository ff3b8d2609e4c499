/**
 * A second run, after 1% of the API's rows have changed and after no change, against the run that loaded everything. It
 * measures all assets, and the loaded tables alone, without the views, which every run makes again. New messages are at the
 * end. Changed users are at the end, on a few pages, or on every page.
 *
 * `--users 200000 --messages 2000000 --runs 5`, `--store embedded|MariaDB|MySQL`, `--of everything|tables`.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Figure, flag, median, report, word } from "./harness.ts"
import * as Processes from "./Processes.ts"
import * as Stores from "./Stores.ts"

const users = flag("users", 200_000, 1_000)
const messages = flag("messages", 2_000_000, 5_000)
const runs = flag("runs", 5, 1)
const only = word("store")
const of = word("of")

const directory = mkdtempSync(join(tmpdir(), "sluice-bench-changed-"))
const api = await Processes.startApi({ users, messages })
const figures: Array<Figure> = []

const selections = [
  ["everything", ["--all"]],
  ["tables", ["users_raw", "subscriptions_raw", "messages_raw"]]
] as const

const bench = async (store: Stores.Store) => {
  for (const [name, selected] of selections) {
    if (of !== undefined && of !== name) continue
    const full: Array<number> = []
    const newest: Array<number> = []
    const spread: Array<number> = []
    const same: Array<number> = []
    const skipped: Array<number> = []
    const materialize = async (...options: ReadonlyArray<string>) =>
      (
        await Processes.assets(["materialize", ...selected, ...options, "--json"], {
          cwd: directory,
          env: { ...store.env, SPARK_API_URL: api.url }
        })
      ).seconds
    for (let run = 0; run < runs; run++) {
      await store.empty("sluice")
      await api.change("none")
      full.push(await materialize("--full"))
      same.push(await materialize())
      skipped.push(await materialize("--changed"))
      await api.change("newest")
      newest.push(await materialize())
      await api.change("none")
      await materialize("--full")
      await api.change("spread")
      spread.push(await materialize())
    }
    const floor = { what: "the run that loaded all rows", value: median(full) }
    const again = (what: string, times: ReadonlyArray<number>): Figure => ({
      what: `${store.name}, ${name}: ${what}`,
      unit: "s",
      value: median(times),
      floor
    })
    figures.push(
      again("1% has changed, the newest", newest),
      again("1% has changed, users on every page", spread),
      again("nothing has changed", same),
      again("nothing has changed, --changed", skipped)
    )
  }
}

try {
  await Stores.each(only, bench)
  const size = `${users.toLocaleString("en")} users and ${messages.toLocaleString("en")} messages`
  report("changed", `${size}, medians of ${runs} runs in turn`, figures)
} finally {
  api.stop()
  rmSync(directory, { recursive: true, force: true })
}
