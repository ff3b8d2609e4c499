import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import type { Dialect } from "../sql/Dialect.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMaskIds from "../sql/SqlMaskIds.ts"
import * as SqlMaskStore from "../sql/SqlMaskStore.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as Triggers from "../sql/Triggers.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as FileModes from "./FileModes.ts"
import * as FileTimes from "./FileTimes.ts"
import * as Fault from "./LibsqlFault.ts"
import type { Session } from "./LibsqlSession.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteErasure from "./SqliteErasure.ts"
import type { SqliteStore } from "./SqliteStore.ts"
import * as SqliteStructure from "./SqliteStructure.ts"
import type { StoreFiles } from "./StoreFiles.ts"

/**
 * All differences between an embedded store and the declaration: tables, indexes and views by their stored definitions;
 * triggers; a data file that is older than the other; sensitive tables in the public file; and files that other users can open.
 */
export const find = Effect.fn("SqliteDrift.find")(function* (
  store: SqliteStore,
  declared: WarehouseSpec
): Effect.fn.Return<ReadonlyArray<Difference>, WarehouseFailed> {
  const { records } = store.words
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, store.data.sql)
  const spec = yield* SqlBatch.translated(records, operation, here(SqlOwners.ownOf(records, declared)))
  const masks = here(SqlMaskIds.drift(SqliteErasure.place(store), spec))
  const relations = yield* Effect.mapError(
    store.data.use((session) => [
      ...[...spec.tables, ...spec.views].flatMap((relation) => ofRelation(session, records, relation)),
      ...spec.masks.flatMap((table) =>
        ofRelation(session, records, table, SqlMaskStore.maskTableDdl(Ddl.dialect("sensitive"), table))
      ),
      ...[...spec.tables, ...spec.masks].flatMap((table) => misplaced(session, table)),
      ...triggers(session, spec, "main", "public.db"),
      ...triggers(session, spec, "sensitive", "sensitive.db"),
      ...FileTimes.differences(FileTimes.read(session))
    ]),
    translate
  )
  const history = yield* Effect.mapError(
    store.history.use((session) => triggers(session, spec, "main", "history.db")),
    translate
  )
  const files = store.files === undefined ? [] : yield* modes(store.files)
  return [...spec.differences, ...relations, ...history, ...files, ...(yield* masks)]
})

const operation = "compare the store with what is declared"
const translate = (error: SqlError) => Fault.translate(operation, error)

/** A table or view in `sqlite_master`. */
interface Found {
  readonly type: string
  readonly sql: string
  readonly indexes: ReadonlyMap<string, string>
}

const foundIn = (session: Session, schema: Ddl.Schema, name: string): Found | undefined => {
  const master = `${Ddl.quote(schema)}.sqlite_master`
  const [row] = session.values(`SELECT type, sql FROM ${master} WHERE type IN ('table', 'view') AND name = ?`, [name])
  if (row === undefined) return undefined
  const indexes = session.values(
    `SELECT name, sql FROM ${master} WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name`,
    [name]
  )
  return {
    type: String(row[0]),
    sql: String(row[1]),
    indexes: new Map(indexes.map(([index, sql]) => [String(index), String(sql)] as const))
  }
}

/** Compares one relation. `ddl` is its definition, if it is not made as tables are published. */
const ofRelation = (
  session: Session,
  dialect: Dialect,
  relation: Table.Any | View.Any,
  ddl?: string
): ReadonlyArray<Difference> => {
  const schema = Ddl.schemaOf(relation)
  const found = foundIn(session, schema, relation.name)
  if (found === undefined) return []
  const declared = Ddl.stored(
    ddl ?? (relation._tag === "View" ? Ddl.createView(relation) : Ddl.createTable(relation, relation.name))
  )
  const indexes = new Map(
    relation._tag === "View" || ddl !== undefined
      ? []
      : Ddl.createIndexes(relation).map((sql) => [nameIn(Ddl.stored(sql)), Ddl.stored(sql)] as const)
  )
  const drop = `DROP ${found.type.toUpperCase()} ${Ddl.quote(relation.name)}`
  const asPublished = isMarked(found)
  const difference = (aspect: string, was: string, is: string, remedy: string): Difference => ({
    subject: relation.name,
    aspect,
    found: was,
    declared: is,
    remedy: asPublished
      ? `\`sluice materialize ${relation.name}\``
      : `/* in ${schema === "main" ? "public.db" : "sensitive.db"} */ ${remedy}`,
    origin: asPublished ? "declaration" : "outside"
  })
  const kind = relation._tag.toLowerCase()
  if (found.type !== kind) return [difference("kind", `a ${found.type}`, `a ${kind}`, drop)]
  if (relation._tag === "View") {
    return found.sql === declared ? [] : [difference("definition", "another one", "its own", drop)]
  }
  return [
    ...(found.sql === declared ? [] : tableDiffers(session, dialect, relation, ddl, difference)),
    ...[...found.indexes].flatMap(([name, sql]) => {
      const wanted = indexes.get(name)
      if (wanted === sql) return []
      const remedies = [`DROP INDEX ${Ddl.quote(name)}`, ...(wanted === undefined ? [] : [wanted])]
      return [difference(`index ${name}`, "an index", wanted === undefined ? "none" : "another one", remedies.join("; "))]
    }),
    ...[...indexes].flatMap(([name, sql]) =>
      found.indexes.has(name) ? [] : [difference(`index ${name}`, "none", sql.slice(sql.indexOf("(")), sql)]
    )
  ]
}

/** The differences of a table by column, or of the whole table if no column differs. */
const tableDiffers = (
  session: Session,
  dialect: Dialect,
  table: Table.Any,
  maskDdl: string | undefined,
  difference: (aspect: string, was: string, is: string, remedy: string) => Difference
): ReadonlyArray<Difference> => {
  const declared = declaredColumns(table, maskDdl !== undefined)
  const found = SqliteStructure.ask(session, dialect.columns, table)
  // SQLite cannot change a column, so the table is made again: with its rows if no publish restores them.
  const anew =
    maskDdl === undefined ? `DROP TABLE ${Ddl.quote(table.name)}` : remake(table.name, maskDdl, [...declared.keys()])
  const columns = [...new Set([...declared.keys(), ...found.keys()])].flatMap((column) => {
    const [was, is] = [found.get(column), declared.get(column)]
    if (was === is) return []
    const remedy = is === undefined ? `ALTER TABLE ${Ddl.quote(table.name)} DROP COLUMN ${Ddl.quote(column)}` : anew
    return [difference(`column ${column}`, was ?? "none", is ?? "none", remedy)]
  })
  return columns.length > 0 ? columns : [difference("definition", "another one", "its own", anew)]
}

const declaredColumns = (table: Table.Any, isMask: boolean): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(table.columns).map(([name, column]) => [name, Ddl.columnType(column)] as const),
    ...(isMask ? [["value_hash", "BLOB NOT NULL"] as const] : [])
  ])

const remake = (name: string, ddl: string, columns: ReadonlyArray<string>): string => {
  const [old, list] = [`${name}__old`, Ddl.list(columns)]
  return [
    `ALTER TABLE ${Ddl.quote(name)} RENAME TO ${Ddl.quote(old)}`,
    Ddl.stored(ddl),
    `INSERT INTO ${Ddl.quote(name)} (${list}) SELECT ${list} FROM ${Ddl.quote(old)}`,
    `DROP TABLE ${Ddl.quote(old)}`
  ].join("; ")
}

/** Whether a relation is as it was published: its mark is the hash of the rest. */
const isMarked = ({ indexes, sql }: Found): boolean => {
  const [, mark, body] =
    /^CREATE (?:TABLE|VIEW) "(?:[^"]|"")+" (?:AS |\()(\/\* sluice:[0-9a-f]+ \*\/) ([\s\S]*)$/.exec(sql) ?? []
  if (body === undefined) return false
  return mark === Ddl.mark(sql.startsWith("CREATE VIEW") ? [body] : [body.slice(0, -1), ...indexes.values()])
}

const nameIn = (index: string): string => /INDEX "((?:[^"]|"")+)"/.exec(index)?.[1]?.replaceAll('""', '"') ?? ""

/** A sensitive table in the public file, which analysts read. */
const misplaced = (session: Session, table: Table.Any): ReadonlyArray<Difference> =>
  table.visibility === "public" || foundIn(session, "main", table.name) === undefined
    ? []
    : [
        {
          subject: table.name,
          aspect: "file",
          found: "public.db, which analysts read",
          declared: "sensitive.db",
          remedy: `/* in public.db */ DROP TABLE ${Ddl.quote(table.name)}`,
          origin: "outside"
        }
      ]

/** Triggers in one of the files. */
const triggers = (session: Session, spec: WarehouseSpec, schema: Ddl.Schema, file: string): ReadonlyArray<Difference> =>
  Triggers.between(
    session.values(`SELECT name, tbl_name FROM ${schema}.sqlite_master WHERE type = 'trigger' ORDER BY name`, []),
    Triggers.relationsOf(spec),
    (trigger) => `/* in ${file} */ DROP TRIGGER ${Ddl.quote(trigger)}`
  )

/** Who can open or replace the files. A directory that existed before may be listed by others. */
const modes = Effect.fnUntraced(function* (files: StoreFiles) {
  if (!FileModes.areKnown) return []
  const wanted = [
    [files.directory, 0o700, 0o022],
    [files.sensitive, 0o600, 0o077],
    [files.history, 0o600, 0o077]
  ] as const
  const found = yield* Effect.forEach(wanted, ([path]) => FileModes.of(path))
  return wanted.flatMap(([path, mode, forbidden], index): ReadonlyArray<Difference> => {
    const actual = found[index]
    if (actual === undefined || (actual & forbidden) === 0) return []
    return [
      {
        subject: path,
        aspect: "mode",
        found: FileModes.octal(actual),
        declared: FileModes.octal(mode),
        remedy: `chmod ${mode.toString(8)} '${path.replaceAll("'", "'\\''")}'`,
        origin: "outside"
      }
    ]
  })
})
