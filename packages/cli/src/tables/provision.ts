import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"

export const provision = CommandTable.make({
  name: "provision",
  summary: "Creates what is missing: the database, its accounts, tables, views and grants",
  arguments: {},
  options: {
    adopt: Flag.boolean("adopt", "take over existing accounts of the configured names; they lose their other grants"),
    adoptFrom: Flag.texts(
      "adopt-from",
      "PIPELINE",
      "take over what another pipeline keeps of the tables declared here, and keep out whom it erased"
    ),
    passwordInClear: Flag.boolean("password-in-clear", "send MariaDB passwords instead of hashes, which its logs then hold"),
    rotate: Flag.boolean("rotate", "replace the keys of the store; seal the new ones with SLUICE_SECRET if it is set"),
    restored: Flag.boolean("restored", "accept a store whose parts were restored from different backups"),
    reissue: Flag.boolean(
      "reissue-mask-ids",
      "replace the ordered mask ids of an earlier version by random ones, everywhere; needs no administrator"
    ),
    dryRun: Flag.boolean("dry-run", "with --reissue-mask-ids: show tables and counts; change nothing")
  },
  examples: [
    ["provision", "uses DATABASE_ADMIN_URL if the store is a server"],
    ["provision --adopt", "if somebody else created the accounts in DATABASE_URL and ANALYST_USER"],
    ["provision --adopt-from shop", "if the pipeline shop is now a part of this one"],
    ["provision --rotate", "after a change of SLUICE_SECRET, with the old one in SLUICE_OLD_SECRET"],
    ["provision --reissue-mask-ids --dry-run", "what --reissue-mask-ids would change"]
  ],
  stopping: "what is running rolls back"
})
