import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type { Difference } from "../checks/Difference.ts"
import * as Triggers from "../sql/Triggers.ts"
import { quote } from "./dialect.ts"

/** Of all tables and views of the database: name, kind, comment, engine. */
export const selectTables =
  "SELECT table_name, table_type, table_comment, engine FROM information_schema.tables WHERE table_schema = DATABASE()"

/** Of all triggers of the database: name, table. MySQL shows them to accounts that have TRIGGER. */
export const selectTriggers =
  "SELECT trigger_name, event_object_table FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY trigger_name"

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/**
 * Differences beside a table's structure: triggers, which rewrite rows; engines other than InnoDB, which do not roll back;
 * MariaDB's versioning, which keeps deleted rows. Other tables in the database are ignored.
 */
export const find = (spec: WarehouseSpec, tables: Rows, triggers: Rows): ReadonlyArray<Difference> => {
  const ours = Triggers.relationsOf(spec)
  const about = (table: unknown, difference: Omit<Difference, "subject" | "origin">): ReadonlyArray<Difference> => {
    const subject = String(table)
    return ours.has(subject) ? [{ subject, ...difference, origin: "outside" }] : []
  }
  return [
    ...tables.flatMap(([name, type, , engine]) => [
      ...(type === "VIEW" || engine === "InnoDB"
        ? []
        : about(name, {
            aspect: "engine",
            found: String(engine ?? "none"),
            declared: "InnoDB",
            remedy: `ALTER TABLE ${quote(String(name))} ENGINE = InnoDB`
          })),
      ...(type === "SYSTEM VERSIONED"
        ? about(name, {
            aspect: "versions of rows",
            found: "kept after rows are deleted",
            declared: "none",
            remedy: `ALTER TABLE ${quote(String(name))} DROP SYSTEM VERSIONING`
          })
        : [])
    ]),
    ...Triggers.between(triggers, ours, (trigger) => `DROP TRIGGER ${quote(trigger)}`)
  ]
}
