// Loads into MySQL and MariaDB, by LOAD DATA.
import { createReadStream, createWriteStream, mkdirSync } from "node:fs"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { finished } from "node:stream/promises"
import { read } from "./api.mjs"
import { drivers, options } from "./options.mjs"
import { columnsOf, domainOf, eachMask, makeMask, masks, tables, time, timeOrNull } from "./tables.mjs"

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

const newStreams = () =>
  Object.fromEntries(Object.keys(tables).map((table) => [table, new PassThrough({ highWaterMark: 4 * 1024 * 1024 })]))

export const loadMysql = async () => {
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

export const writeFiles = async () => {
  mkdirSync(options.write, { recursive: true })
  const streams = Object.fromEntries(
    Object.keys(tables).map((table) => [table, createWriteStream(join(options.write, `${table}.tsv`))])
  )
  const maskIds = await eachMask(() => makeMask([]))
  await Promise.all([writeLines(maskIds, streams), ...Object.values(streams).map((stream) => finished(stream))])
}
