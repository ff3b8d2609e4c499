// The floor of the end-to-end bench: the fastest single-file loader that we know how to write by hand for this pipeline, with
// the drivers and nothing else. It fetches users and messages side by side, each next page while the one before is worked on,
// and fills the tables that Sluice makes (the same columns, types, keys, indexes; staging, then rename), masks included.
//
// It is not a pipeline: it trusts every value, keeps no quarantine, finds no duplicates, makes no views, evaluates no checks,
// records no history, spills nothing, tries nothing again, and two of them at once would break each other.
//
//   node loader.mjs --api URL --store mysql://user:password@host:port/database | sqlite:DIRECTORY [--page 5000]
//   node loader.mjs … --write DIRECTORY    writes the rows into files, tab-separated, and loads nothing
//   node loader.mjs --from DIRECTORY --store mysql://…    loads such files, by LOAD DATA, and asks no API
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream, mkdirSync } from "node:fs"
import { Agent, get } from "node:http"
import { createRequire } from "node:module"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { finished } from "node:stream/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values: options } = parseArgs({
  options: {
    api: { type: "string" },
    store: { type: "string" },
    page: { type: "string", default: "5000" },
    write: { type: "string" },
    from: { type: "string" }
  }
})
const drivers = createRequire(fileURLToPath(new URL("../../packages/warehouse/package.json", import.meta.url)))
const pageSize = Number(options.page)
const agent = new Agent({ keepAlive: true })

const masks = { city: "sensitive_city_ids", zipcode: "sensitive_zipcode_ids", profession: "sensitive_profession_ids" }
const tables = {
  users_raw: {
    columns:
      "user_id:id created_at:time updated_at:time city_id:int? zipcode_id:int? profession_id:int? country:text128? email_domain:text253? birth_year:int? gender:text64? is_smoking:bool? income:money? loaded_at:time",
    key: ["user_id"],
    indexes: [["country"]]
  },
  subscriptions_raw: {
    columns:
      "user_id:id position:int created_at:time start_date:time? end_date:time? status:text64 amount:money? loaded_at:time",
    key: ["user_id", "position"],
    indexes: [["status", "end_date"], ["created_at"]]
  },
  messages_raw: {
    columns: "id:id created_at:time sender_id:id receiver_id:id loaded_at:time",
    key: ["id"],
    indexes: [["sender_id", "created_at"], ["receiver_id"], ["created_at"]]
  }
}
const columnsOf = (table) =>
  tables[table].columns.split(" ").map((column) => {
    const [, name, type, length, nullable] = /^(\w+):([a-z]+)(\d*)(\??)$/.exec(column)
    return { name, type: type === "id" ? "text" : type, length: length || "64", nullable: nullable !== "" }
  })

/** Ids of values that have been seen, and the rows of those that are new. */
const makeMask = (known) => {
  const ids = new Map(known)
  const added = []
  return {
    id: (value) => {
      if (value === null || value === undefined) return null
      const id = ids.get(value)
      if (id !== undefined) return id
      const next = ids.size + 1
      ids.set(value, next)
      added.push([next, value, createHash("sha256").update(value).digest()])
      return next
    },
    added
  }
}

const fetchPage = (name, page) =>
  new Promise((resolve, reject) => {
    get(`${options.api}/${name}?page=${page}&limit=${pageSize}`, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`GET /${name} answered ${response.statusCode}`))
      const parts = []
      response.on("data", (part) => parts.push(part))
      response.on("end", () => resolve(Buffer.concat(parts)))
      response.on("error", reject)
    }).on("error", reject)
  })

/**
 * Messages of a page whose text has just this form, what they say passed over; undefined for any other. Two thirds of the
 * work of JSON.parse: `[{"id":"1","createdAt":"…","message":"…","receiverId":"2","senderId":"3"},…]`.
 */
const scanMessages = (page) => {
  const rows = []
  let at = 1
  while (page.startsWith('{"id":"', at)) {
    const id = page.indexOf('"', at + 7)
    const message = page.indexOf('"', id + 15)
    const end = page.indexOf('","receiverId":"', message)
    const receiver = page.indexOf('"', end + 16)
    const sender = page.indexOf('"', receiver + 14)
    if (!page.startsWith('","createdAt":"', id) || !page.startsWith('","message":"', message) || end < 0) return undefined
    if (!page.startsWith('","senderId":"', receiver) || !page.startsWith('"}', sender)) return undefined
    const row = {
      id: page.slice(at + 7, id),
      createdAt: page.slice(id + 15, message),
      receiverId: page.slice(end + 16, receiver),
      senderId: page.slice(receiver + 14, sender)
    }
    if (row.id.includes("\\") || row.receiverId.includes("\\") || row.senderId.includes("\\")) return undefined
    rows.push(row)
    at = sender + 3
  }
  return at >= page.length ? rows : undefined
}

async function* pagesOf(name) {
  let next = fetchPage(name, 1)
  for (let page = 1; ; page++) {
    const body = await next
    const text = body.toString()
    const rows = (name === "messages" ? scanMessages(text) : undefined) ?? JSON.parse(text)
    if (rows.length === pageSize) next = fetchPage(name, page + 1)
    if (rows.length > 0) yield rows
    if (rows.length < pageSize) return
  }
}

const domainOf = (email) => {
  const at = email.lastIndexOf("@")
  return at < 0 ? null : email.slice(at + 1).toLowerCase()
}

/** `2024-03-01T09:30:00.000Z` as `2024-03-01 09:30:00.000`. */
const time = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 23)}`
const timeOrNull = (iso) => (iso === null ? null : time(iso))

/** Reads the API to its end and hands over users, subscriptions and messages, a page at a time. */
const read = async (take) => {
  const users = async () => {
    for await (const rows of pagesOf("users")) await take.users(rows)
  }
  const messages = async () => {
    for await (const rows of pagesOf("messages")) await take.messages(rows)
  }
  await Promise.all([users(), messages()])
}

// ---- MySQL and MariaDB ------------------------------------------------------------------------------------------------

const special = /[\t\n\\]/
const escapes = { "\t": "\\t", "\n": "\\n", "\\": "\\\\" }
const text = (value) =>
  value === null ? "\\N" : special.test(value) ? value.replace(/[\t\n\\]/g, (character) => escapes[character]) : value
const orNull = (value) => value ?? "\\N"

/** Pages as lines of LOAD DATA, written to three streams, which say when they have enough. */
const writeLines = async (maskIds, streams) => {
  const loadedAt = time(new Date().toISOString())
  const put = async (stream, lines) => {
    if (!stream.write(lines)) await new Promise((resolve) => stream.once("drain", resolve))
  }
  const users = async (rows) => {
    let lines = ""
    let subscriptions = ""
    for (const user of rows) {
      const { id, profile } = user
      lines += `${text(id)}\t${time(user.createdAt)}\t${time(user.updatedAt)}\t${orNull(maskIds.city.id(user.city))}\t${orNull(maskIds.zipcode.id(user.zipCode))}\t${orNull(maskIds.profession.id(profile.profession))}\t${text(user.country)}\t${text(domainOf(user.email))}\t${user.birthDate.slice(0, 4)}\t${text(profile.gender)}\t${profile.isSmoking ? 1 : 0}\t${orNull(profile.income)}\t${loadedAt}\n`
      let position = 0
      for (const { amount, createdAt, endDate, startDate, status } of user.subscription) {
        subscriptions += `${text(id)}\t${position++}\t${time(createdAt)}\t${orNull(timeOrNull(startDate))}\t${orNull(timeOrNull(endDate))}\t${text(status)}\t${orNull(amount)}\t${loadedAt}\n`
      }
    }
    await Promise.all([put(streams.users_raw, lines), put(streams.subscriptions_raw, subscriptions)])
  }
  const messages = async (rows) => {
    let lines = ""
    for (const { createdAt, id, receiverId, senderId } of rows) {
      lines += `${text(id)}\t${time(createdAt)}\t${text(senderId)}\t${text(receiverId)}\t${loadedAt}\n`
    }
    await put(streams.messages_raw, lines)
  }
  await read({ users, messages })
  for (const stream of Object.values(streams)) stream.end()
}

const mysqlTypes = { text: "VARCHAR", time: "DATETIME(3)", int: "BIGINT", bool: "BOOLEAN", money: "DECIMAL(14,2)" }

const openMysql = async () => {
  const mysql = drivers("mysql2/promise")
  const url = new URL(options.store)
  const connect = () =>
    mysql.createConnection({
      host: url.hostname,
      port: Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1)
    })
  const connections = await Promise.all(Object.keys(tables).map(connect))
  const [[{ version }]] = await connections[0].query("SELECT VERSION() AS version")
  const collation = /mariadb/i.test(version) ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin"
  const suffix = `ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${collation}`

  const fill = async (connection, table, stream) => {
    const columns = columnsOf(table).map(
      ({ length, name, nullable, type }) =>
        `${name} ${mysqlTypes[type]}${type === "text" ? `(${length})` : ""}${nullable ? "" : " NOT NULL"}`
    )
    await connection.query(
      `CREATE TABLE ${table}__staging (${columns.join(", ")}, PRIMARY KEY (${tables[table].key.join(", ")})) ${suffix}`
    )
    await connection.query({
      sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table}__staging CHARACTER SET utf8mb4`,
      infileStreamFactory: () => stream
    })
    const indexes = tables[table].indexes.map((index) => `ADD INDEX ix_${index.join("_")} (${index.join(", ")})`)
    await connection.query(`ALTER TABLE ${table}__staging ${indexes.join(", ")}`)
    await connection.query(`DROP TABLE IF EXISTS ${table}`)
    await connection.query(`RENAME TABLE ${table}__staging TO ${table}`)
  }
  const knownMask = async (column) => {
    const table = masks[column]
    await connections[0].query(
      `CREATE TABLE IF NOT EXISTS ${table} (id BIGINT NOT NULL, ${column} LONGTEXT NOT NULL, value_hash BINARY(32) NOT NULL, PRIMARY KEY (id), UNIQUE (value_hash)) ${suffix}`
    )
    const [rows] = await connections[0].query(`SELECT id, ${column} AS value FROM ${table}`)
    return makeMask(rows.map(({ id, value }) => [value, id]))
  }
  const saveMask = async (column, { added }) => {
    for (let start = 0; start < added.length; start += 5_000) {
      await connections[0].query(`INSERT INTO ${masks[column]} VALUES ?`, [added.slice(start, start + 5_000)])
    }
  }
  return { connections, fill, knownMask, saveMask, close: () => Promise.all(connections.map((one) => one.end())) }
}

const eachMask = async (make) => {
  const made = {}
  for (const column of Object.keys(masks)) made[column] = await make(column)
  return made
}

const newStreams = () =>
  Object.fromEntries(Object.keys(tables).map((table) => [table, new PassThrough({ highWaterMark: 4 * 1024 * 1024 })]))

const loadMysql = async () => {
  const { close, connections, fill, knownMask, saveMask } = await openMysql()
  const maskIds = await eachMask(options.from === undefined ? knownMask : () => makeMask([]))
  const streams =
    options.from === undefined
      ? newStreams()
      : Object.fromEntries(
          Object.keys(tables).map((table) => [
            table,
            createReadStream(join(options.from, `${table}.tsv`), { highWaterMark: 1024 * 1024 })
          ])
        )
  await Promise.all([
    options.from === undefined ? writeLines(maskIds, streams) : undefined,
    ...Object.keys(tables).map((table, i) => fill(connections[i], table, streams[table]))
  ])
  await eachMask((column) => saveMask(column, maskIds[column]))
  await close()
}

const writeFiles = async () => {
  mkdirSync(options.write, { recursive: true })
  const streams = Object.fromEntries(
    Object.keys(tables).map((table) => [table, createWriteStream(join(options.write, `${table}.tsv`))])
  )
  const maskIds = await eachMask(() => makeMask([]))
  await Promise.all([writeLines(maskIds, streams), ...Object.values(streams).map((stream) => finished(stream))])
}

// ---- The embedded store -----------------------------------------------------------------------------------------------

const sqliteTypes = { text: "TEXT", time: "TEXT", int: "INTEGER", bool: "INTEGER", money: "DECIMAL(14, 2)" }
const rowsPerStatement = 100

const loadSqlite = async () => {
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

if (options.write !== undefined) await writeFiles()
else if (options.store.startsWith("sqlite:")) await loadSqlite()
else await loadMysql()
agent.destroy()
