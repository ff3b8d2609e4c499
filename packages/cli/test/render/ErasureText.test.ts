import * as ErasureText from "@sluice/cli/render/ErasureText"
import * as Style from "@sluice/cli/render/Style"
import type { Found } from "@sluice/warehouse/Erasure"
import { expect, it } from "vitest"

const found: Found = {
  rows: { users_raw: 1, messages_raw: 1_204 },
  masks: { sensitive_city_ids: 1, sensitive_zipcode_ids: 0 },
  quarantined: 2,
  suppressedSince: undefined
}
const nothing: Found = {
  rows: { users_raw: 0, messages_raw: 0 },
  masks: { sensitive_city_ids: 0, sensitive_zipcode_ids: 0 },
  quarantined: 0,
  suppressedSince: "2024-03-01T09:30:00.000Z"
}
const run = { store: "the database dwh on db:3306", runId: "20240302-093000-x1y2", at: "2024-03-02T09:30:00.000Z" }
const text = (receipt: ErasureText.Receipt) => `\n${ErasureText.lines(receipt, Style.plain).join("\n")}\n`

it("the receipt counts what was removed, and says what it does not cover", () => {
  expect(text({ _tag: "Erased", ...run, found, embedded: false, external: ["crm_users"] })).toMatchInlineSnapshot(`
    "
    ✓ Erased one user from the database dwh on db:3306.
      users_raw                  1 row
      messages_raw           1,204 rows
      sensitive_city_ids         1 value that nobody else has
      sensitive_zipcode_ids      0 values that nobody else has
      quarantine                 2 rows

      when         2024-03-02 09:30:00 UTC
      run          20240302-093000-x1y2
      from now on  left out of every run

    Not covered by this receipt:
      - \`crm_users\`: the table is external, so this pipeline does not write it.
        Erase the user where it is loaded
      - the source, until the user is deleted there
      - the server's own logs (redo log: until it is written over; binary log:
        binlog_expire_logs_seconds) and freed pages (until they are used again, or
        OPTIMIZE TABLE)
      - backups and replicas that are not up to date: as long as you keep them
      - copies that analysts have made of the data
    "
  `)
})

it("a dry run says what would be removed, or that there is nothing", () => {
  expect(
    text({ _tag: "Preview", store: run.store, found, external: ["crm_users"] }) +
      text({ _tag: "Preview", store: run.store, found: nothing, external: [] })
  ).toMatchInlineSnapshot(`
    "
    Erasing this user would remove from the database dwh on db:3306:
      users_raw                  1 row
      messages_raw           1,204 rows
      sensitive_city_ids         1 value that nobody else has
      sensitive_zipcode_ids      0 values that nobody else has
      quarantine                 2 rows
    Later runs would leave the user out.
    Erasing would not change \`crm_users\`: the table is external, so this pipeline
    does not write it. Erase the user where it is loaded.
    Nothing was changed.

    There is nothing about this user in the database dwh on db:3306.
    Runs have left the user out since 2024-03-01 09:30:00 UTC.
    Nothing was changed.
    "
  `)
})

it("the history keeps counts, and no more", () => {
  expect([ErasureText.removed(found), ErasureText.removed(nothing)]).toEqual([
    "Removed 1 of users_raw, 1,204 of messages_raw, 1 of sensitive_city_ids and 2 of quarantine; later runs leave the user out.",
    "There was nothing about the user; later runs leave them out."
  ])
})

it("a receipt names nothing that was not looked at", () => {
  const unseen: Found = { rows: {}, masks: {}, quarantined: undefined, suppressedSince: undefined }
  const preview = { _tag: "Preview", store: run.store, found: unseen, external: [] } as const
  expect([text(preview), ErasureText.json(preview)].join("\n")).toMatchInlineSnapshot(`
    "
    There is nothing about this user in the database dwh on db:3306.
    Later runs would leave the user out.
    Nothing was changed.

    {
      "erased": false,
      "rows": {},
      "maskValues": {},
      "quarantined": null,
      "suppressedSince": null
    }"
  `)
})

it("undoing says that it brings nothing back by itself", () => {
  expect(
    text({ _tag: "Undone", ...run, since: "2024-03-01T09:30:00.000Z" }) + text({ _tag: "Undone", ...run, since: undefined })
  ).toMatchInlineSnapshot(`
    "
    ✓ This user, erased on 2024-03-01 09:30:00 UTC, is no longer left out of runs.
    No rows were restored. The next \`sluice materialize --all\` loads them if the source has the user.

    ✓ This user was not erased from the database dwh on db:3306, so there is nothing to undo.
    "
  `)
})

it("the receipt counts the keys of partitions, and never names them", () => {
  const keyed: Found = { rows: { visits: 2 }, masks: { cities: 1 }, keys: { cities: ["8151"] }, ...rest }
  expect(
    ErasureText.lines({ _tag: "Erased", ...run, found: keyed, embedded: true, external: [] }, Style.plain).slice(1, 4)
  ).toStrictEqual(["  visits  2 rows", "  cities  1 value that nobody else has", "  cities  1 partition key"])
  expect(ErasureText.removed(keyed)).toBe(
    "Removed 2 of visits, 1 of cities and 1 of the keys of cities; later runs leave the user out."
  )
  expect(JSON.parse(ErasureText.json({ _tag: "Preview", store: run.store, found: keyed, external: [] }))).toStrictEqual({
    erased: false,
    rows: { visits: 2 },
    maskValues: { cities: 1 },
    partitionKeys: { cities: 1 },
    quarantined: null,
    suppressedSince: null
  })
})

const rest = { quarantined: undefined, suppressedSince: undefined }
