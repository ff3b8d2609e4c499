// Loads into the embedded store.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { read } from "./api.mjs"
import { drivers, options } from "./options.mjs"
import { columnsOf, domainOf, eachMask, makeMask, masks, tables, time, timeOrNull } from "./tables.mjs"

const sqliteTypes = { text: "TEXT", time: "TEXT", int: "INTEGER", bool: "INTEGER", money: "DECIMAL(14, 2)" }
const rowsPerStatement = 100

export const loadSqlite = async () => {
  const Database = drivers("libsql")
  const directory = options.store.slice("sqlite:".length)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = new Database(join(directory, "public.db"))
  for (const setup of [
    `ATTACH '${join(directory, "sensitive.db")}' AS sensitive`,
    "PRAGMA journal_mode = DELETE",
    "PRAGMA main.synchronous = FULL",
    "PRAGMA temp_store = FILE"
  ])
    database.exec(setup)
  database.exec("BEGIN IMMEDIATE")
  const known = (column) => {
    const table = masks[column]
    database.exec(
      `CREATE TABLE IF NOT EXISTS sensitive.${table} (id INTEGER NOT NULL, ${column} TEXT NOT NULL, value_hash BLOB NOT NULL, PRIMARY KEY (id), UNIQUE (value_hash))`
    )
    return makeMask(database.prepare(`SELECT ${column}, id FROM sensitive.${table}`).raw().all())
  }
  const maskIds = await eachMask(known)

  const inserter = (table) => {
    const columns = columnsOf(table)
    const definitions = columns.map(
      ({ length, name, nullable, type }) =>
        `${name} ${sqliteTypes[type]}${nullable ? "" : " NOT NULL"}${type === "text" ? ` CHECK (length(${name}) <= ${length})` : ""}`
    )
    database.exec(`CREATE TABLE ${table}__staging (${definitions.join(", ")})`)
    const sql = (rows) =>
      `INSERT INTO ${table}__staging VALUES ${new Array(rows).fill(`(${columns.map(() => "?").join(",")})`).join(",")}`
    const whole = database.prepare(sql(rowsPerStatement))
    const size = columns.length * rowsPerStatement
    return (values) => {
      let start = 0
      for (; start + size <= values.length; start += size) whole.run(values.slice(start, start + size))
      if (start < values.length) {
        database.prepare(sql((values.length - start) / columns.length)).run(values.slice(start))
      }
    }
  }
  const insert = Object.fromEntries(Object.keys(tables).map((table) => [table, inserter(table)]))
  const loadedAt = time(new Date().toISOString())
  const users = (rows) => {
    const values = []
    const subscriptions = []
    for (const user of rows) {
      const { id, profile } = user
      values.push(
        id,
        time(user.createdAt),
        time(user.updatedAt),
        maskIds.city.id(user.city),
        maskIds.zipcode.id(user.zipCode),
        maskIds.profession.id(profile.profession),
        user.country,
        domainOf(user.email),
        Number(user.birthDate.slice(0, 4)),
        profile.gender,
        profile.isSmoking ? 1 : 0,
        profile.income,
        loadedAt
      )
      let position = 0
      for (const { amount, createdAt, endDate, startDate, status } of user.subscription) {
        subscriptions.push(
          id,
          position++,
          time(createdAt),
          timeOrNull(startDate),
          timeOrNull(endDate),
          status,
          amount,
          loadedAt
        )
      }
    }
    insert.users_raw(values)
    insert.subscriptions_raw(subscriptions)
  }
  const messages = (rows) => {
    const values = []
    for (const { createdAt, id, receiverId, senderId } of rows)
      values.push(id, time(createdAt), senderId, receiverId, loadedAt)
    insert.messages_raw(values)
  }
  await read({ users, messages })
  for (const [column, { added }] of Object.entries(maskIds)) {
    const save = database.prepare(`INSERT INTO sensitive.${masks[column]} VALUES (?, ?, ?)`)
    for (const row of added) save.run(row)
  }
  for (const [table, { indexes, key }] of Object.entries(tables)) {
    database.exec(`DROP TABLE IF EXISTS ${table}`)
    database.exec(`ALTER TABLE ${table}__staging RENAME TO ${table}`)
    database.exec(`CREATE UNIQUE INDEX ${table}__key ON ${table} (${key.join(", ")})`)
    for (const index of indexes)
      database.exec(`CREATE INDEX ${table}__${index.join("__")} ON ${table} (${index.join(", ")})`)
  }
  database.exec("COMMIT")
  database.close()
}
