import type { Difference } from "../checks/Difference.ts"
import * as Ddl from "./ddl.ts"
import { quote } from "./dialect.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import * as Structure from "./Structure.ts"

/**
 * The differences between a table and its declaration, by column, key and index, with the ALTER TABLE for each. `mark` is the
 * table's comment. If it equals the mark of the found structure, the table is as published and the declaration has changed.
 */
export const between = (options: {
  readonly name: string
  readonly found: Structure.Structure
  readonly declared: Structure.Structure
  readonly mark: string
  readonly server: MysqlServer
}): ReadonlyArray<Difference> => {
  const { declared, found, name, server } = options
  const asPublished = options.mark === Structure.mark(found)
  const difference = (aspect: string, was: string | undefined, is: string | undefined, alter: string): Difference => ({
    subject: name,
    aspect,
    found: was ?? "none",
    declared: is ?? "none",
    remedy: asPublished ? `\`sluice materialize ${name}\`` : `ALTER TABLE ${quote(name)} ${alter}`,
    origin: asPublished ? "declaration" : "outside"
  })
  const columns = [...new Set([...declared.columns.keys(), ...found.columns.keys()])].flatMap((column) => {
    const [was, is] = [found.columns.get(column), declared.columns.get(column)]
    return was === is ? [] : [difference(`column ${column}`, was, is, alterColumn(column, was, is, server))]
  })
  const key =
    found.key.join() === declared.key.join()
      ? []
      : [difference("primary key", keyOf(found.key), keyOf(declared.key), alterKey(found.key, declared.key))]
  const lacking = declared.indexes.map(({ on }) => on)
  const tooMany = found.indexes.filter(({ on }) => {
    const at = lacking.indexOf(on)
    if (at >= 0) lacking.splice(at, 1)
    return at < 0
  })
  return [
    ...columns,
    ...key,
    ...tooMany.map((index) => difference(`index ${index.name}`, index.on, undefined, `DROP INDEX ${quote(index.name)}`)),
    ...lacking.map((on) => difference(`index ${on}`, undefined, on, addIndex(on)))
  ]
}

const alterColumn = (column: string, was: string | undefined, is: string | undefined, server: MysqlServer): string => {
  if (is === undefined) return `DROP COLUMN ${quote(column)}`
  const exact = is.replace(/^(VARCHAR\(\d+\)|LONGTEXT)/, `$1 CHARACTER SET utf8mb4 COLLATE ${server.collation}`)
  if (was !== undefined) return `MODIFY COLUMN ${quote(column)} ${exact}`
  // Strict servers have no default for a required time.
  const value = is === "DATETIME(3) NOT NULL" || is === "DATE NOT NULL" ? " DEFAULT '1970-01-01'" : ""
  return `ADD COLUMN ${quote(column)} ${exact}${value}`
}

const keyOf = (columns: ReadonlyArray<string>): string | undefined =>
  columns.length === 0 ? undefined : `(${columns.join(", ")})`

const alterKey = (was: ReadonlyArray<string>, is: ReadonlyArray<string>): string =>
  [
    ...(was.length === 0 ? [] : ["DROP PRIMARY KEY"]),
    ...(is.length === 0 ? [] : [`ADD PRIMARY KEY (${Ddl.list(is)})`])
  ].join(", ")

const addIndex = (on: string): string => {
  const columns = on
    .replace(/^UNIQUE /, "")
    .slice(1, -1)
    .split(", ")
  return on.startsWith("UNIQUE ") ? `ADD UNIQUE INDEX (${Ddl.list(columns)})` : Ddl.addIndex(columns)
}
