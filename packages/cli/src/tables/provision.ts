import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const provision = CommandTable.make({
  name: "provision",
  summary: "Creates what is missing: the database, its accounts, tables, views and grants",
  arguments: {},
  options: {
    adopt: Flag.boolean("adopt", "take over accounts of those names that exist; they lose their other grants"),
    passwordInClear: Flag.boolean("password-in-clear", "send MariaDB passwords instead of hashes, which its logs then hold"),
    rotate: Flag.boolean("rotate", "give the store new keys as well, sealed with SLUICE_SECRET if it is set"),
    restored: Flag.boolean("restored", "take a store as it is whose parts were restored from different times"),
    reissue: Flag.boolean(
      "reissue-mask-ids",
      "replace mask ids that an earlier version gave in order by random ones, everywhere; needs no administrator"
    ),
    dryRun: Flag.boolean("dry-run", "with --reissue-mask-ids: show its tables and counts, and change nothing")
  },
  examples: [
    ["provision", "uses DATABASE_ADMIN_URL if the store is a server"],
    ["provision --adopt", "if somebody else created the accounts in DATABASE_URL and ANALYST_USER"],
    ["provision --rotate", "after a change of SLUICE_SECRET, with the one before in SLUICE_OLD_SECRET"],
    ["provision --reissue-mask-ids --dry-run", "what a re-issue would change"]
  ],
  stopping: "what is running rolls back"
})
