// The floor of the end-to-end bench: the fastest loader that we know how to write by hand for this pipeline, with
// the drivers and nothing else. It fetches users and messages side by side, each next page while the one before is worked on,
// and fills the tables that Sluice makes (the same columns, types, keys, indexes; staging, then rename), masks included.
//
// It is not a pipeline: it trusts every value, keeps no quarantine, finds no duplicates, makes no views, evaluates no checks,
// records no history, spills nothing, tries nothing again, and two of them at once would break each other.
//
//   node loader.mjs --api URL --store mysql://user:password@host:port/database | sqlite:DIRECTORY [--page 5000]
//   node loader.mjs … --write DIRECTORY    writes the rows into files, tab-separated, and loads nothing
//   node loader.mjs --from DIRECTORY --store mysql://…    loads such files, by LOAD DATA, and asks no API
import { close } from "./api.mjs"
import { loadMysql, writeFiles } from "./mysql.mjs"
import { options } from "./options.mjs"
import { loadSqlite } from "./sqlite.mjs"

if (options.write !== undefined) await writeFiles()
else if (options.store.startsWith("sqlite:")) await loadSqlite()
else await loadMysql()
close()
