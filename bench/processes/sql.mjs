// What the benches ask of a store, in a process of its own, since the drivers are in nobody's bundle.
//
//   node sql.mjs STORE run STATEMENT …    runs statements
//   node sql.mjs STORE tables             prints, as JSON, how each table is defined, how many rows it has, and a sum of their
//                                         hashes: mask ids by the values behind them, and without loaded_at
import { createHash } from "node:crypto"
import { createRequire } from "node:module"
import { join } from "node:path"

const [store, command, ...statements] = process.argv.slice(2)
const drivers = createRequire(join(process.cwd(), "packages/warehouse/package.json"))

const users = `SELECT u.user_id, u.created_at, u.updated_at, c.city, z.zipcode, p.profession, u.country, u.email_domain,
    u.birth_year, u.gender, u.is_smoking, u.income FROM users_raw u
  LEFT JOIN sensitive_city_ids c ON c.id = u.city_id LEFT JOIN sensitive_zipcode_ids z ON z.id = u.zipcode_id
  LEFT JOIN sensitive_profession_ids p ON p.id = u.profession_id`
const selects = {
  users_raw: users,
  subscriptions_raw: "SELECT user_id, position, created_at, start_date, end_date, status, amount FROM subscriptions_raw",
  messages_raw: "SELECT id, created_at, sender_id, receiver_id FROM messages_raw",
  sensitive_city_ids: "SELECT city, value_hash FROM sensitive_city_ids",
  sensitive_zipcode_ids: "SELECT zipcode, value_hash FROM sensitive_zipcode_ids",
  sensitive_profession_ids: "SELECT profession, value_hash FROM sensitive_profession_ids"
}

const open = store.startsWith("sqlite:") ? openSqlite : openMysql
const database = await open()
if (command === "run") for (const statement of statements) await database.run(statement)
else {
  const tables = {}
  for (const [table, select] of Object.entries(selects)) {
    let rows = 0
    let sum = 0
    for await (const row of database.rows(select)) {
      rows++
      // A sum does not mind the order; of 2^40s, it stays exact for 8,000 rows, and beyond that is as good as a hash.
      sum = (sum + createHash("sha1").update(JSON.stringify(row)).digest().readUIntBE(0, 5)) % 2 ** 48
    }
    tables[table] = { definition: await database.definition(table), rows, sum }
  }
  process.stdout.write(JSON.stringify(tables))
}
await database.close()

async function openSqlite() {
  const Database = drivers("libsql")
  const directory = store.slice("sqlite:".length)
  const connection = new Database(join(directory, "public.db"))
  connection.exec(`ATTACH '${join(directory, "sensitive.db")}' AS sensitive`)
  return {
    run: (sql) => connection.exec(sql),
    rows: (sql) => connection.prepare(sql).raw().iterate([]),
    definition: (table) => {
      const schema = table.startsWith("sensitive") ? "sensitive" : "main"
      const select = `SELECT sql FROM ${schema}.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL AND type <> 'view' ORDER BY sql`
      return connection
        .prepare(select)
        .raw()
        .all([table])
        .map(([sql]) => sql.replace(/\/\*.*?\*\/ /, "").replaceAll('"', ""))
        .sort()
    },
    close: () => connection.close()
  }
}

async function openMysql() {
  const url = new URL(store)
  const connection = drivers("mysql2").createConnection({
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    dateStrings: true
  })
  const plain = connection.promise()
  return {
    run: (sql) => plain.query(sql),
    rows: (sql) => connection.query({ sql, rowsAsArray: true }).stream(),
    definition: async (table) => {
      const [[row]] = await plain.query(`SHOW CREATE TABLE ${table}`)
      return row["Create Table"].replace(/ COMMENT='.*'/, "")
    },
    close: () => plain.end()
  }
}
