import { join, resolve } from "node:path"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import * as Encryption from "@sluice/warehouse/mysql/Encryption"
import { connectFailed, statementFailed } from "@sluice/warehouse/mysql/errors"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Canaries } from "./Canaries.ts"
import { bytesOf, type CanaryStore, digestOf, maskOf, place, placeOf, secretOf } from "./CanaryStore.ts"
import * as Files from "./Files.ts"
import type { Ledger } from "./Ledger.ts"

/**
 * The suite's own database with two accounts on the administrator's server, with canaries as passwords. All of it is dropped
 * with the scope. Its files are searched if they are on this machine.
 */
export const make = Effect.fn("MysqlCanaryStore.make")(function* (
  canaries: Canaries,
  warehouse: WarehouseSpec,
  adminUrl: DatabaseUrl.MysqlUrl
): Effect.fn.Return<CanaryStore, WarehouseFailed, Scope.Scope> {
  const admin = yield* Encryption.settle(adminUrl, "DATABASE_ADMIN_URL")
  canaries.secret("the password in DATABASE_ADMIN_URL", Redacted.value(admin.password))
  const id = canaries.name()
  const database = `canary_${id}`
  const pipeline = accountOf(admin, `p_${id}`, canaries.word("the password in DATABASE_URL"), database)
  const analyst = accountOf(admin, `a_${id}`, canaries.word("ANALYST_PASSWORD"), database)
  const administrator = yield* Effect.mapError(DirectConnection.open(admin), connectFailed(admin, "DATABASE_ADMIN_URL"))
  const ask = (sql: string) => Effect.mapError(administrator.query(sql), statementFailed("use the canary database"))
  yield* Effect.addFinalizer(() => Effect.ignore(drop(administrator, database, [pipeline.user, analyst.user])))

  const tablesNow = Effect.gen(function* () {
    const { rows } = yield* ask(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' AND table_type = 'BASE TABLE' ORDER BY table_name`
    )
    return yield* Effect.forEach(rows, ([name]) =>
      Effect.map(ask(`SELECT * FROM ${database}.\`${name}\``), ({ rows }) => [String(name), rows] as const)
    )
  })

  // A server may run a killed process's last statement later, so a listed table may be gone.
  const tables = Effect.retry(tablesNow, {
    schedule: Schedule.spaced("100 millis"),
    times: 50,
    while: ({ reason }) => reason === "Missing"
  })

  return {
    name: `a database of its own on ${DatabaseUrl.placeOf(admin)}`,
    env: {
      DATABASE_URL: DatabaseUrl.format(pipeline),
      DATABASE_ADMIN_URL: DatabaseUrl.format(admin),
      ANALYST_USER: analyst.user,
      ANALYST_PASSWORD: Redacted.value(analyst.password),
      SPARK_API_TOKEN: canaries.word("SPARK_API_TOKEN"),
      SLUICE_SECRET: secretOf(canaries)
    },
    wrongSettings: {
      "another store's secret": { SLUICE_SECRET: secretOf(canaries) },
      "a wrong password": {
        DATABASE_URL: DatabaseUrl.format(accountOf(admin, pipeline.user, canaries.word("a wrong password"), database)),
        DATABASE_ADMIN_URL: ""
      },
      "a database URL that is none": { DATABASE_URL: `mysql//pipeline:${canaries.word("DATABASE_URL")}@localhost` }
    },
    refuseCities: (refuse) =>
      Effect.asVoid(
        ask(
          refuse
            ? `CREATE TRIGGER ${database}.canary BEFORE INSERT ON ${database}.sensitive_city_ids FOR EACH ROW BEGIN DECLARE said VARCHAR(100); SET said = LEFT(NEW.city, 100); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = said; END`
            : `DROP TRIGGER ${database}.canary`
        )
      ),
    searchTables: Effect.fn("MysqlCanaryStore.searchTables")(function* (ledger) {
      for (const [table, rows] of yield* tables) {
        ledger.look(placeOf(table), table, bytesOf(rows), (home) => home === table)
      }
    }),
    searchViews: Effect.fn("MysqlCanaryStore.searchViews")(function* (ledger) {
      yield* searchAsAnalyst(ledger, analyst)
      for (const [name] of (yield* ask(statementTables)).rows) {
        const answer = yield* Effect.either(ask(`SELECT * FROM ${String(name)}`))
        if (Either.isRight(answer)) ledger.look(place.statements, String(name), bytesOf(answer.right.rows))
      }
    }),
    searchFiles: Effect.fn("MysqlCanaryStore.searchFiles")(function* (ledger) {
      const [[directory, temporary, errors] = []] = (yield* ask("SELECT @@datadir, @@tmpdir, @@log_error")).rows
      searchFiles(ledger, String(directory), database)
      // Empty or a word if the log is on standard error, which these servers write to the data directory.
      if (/[./]/.test(String(errors))) {
        const path = resolve(String(directory), String(errors))
        ledger.lookAtBlocks(place.files, "the server's log of errors", Files.blocks(path))
      }
      const own = (path: string) => /^(#|ib|tmp|sql|MY|ML)/i.test(path)
      for (const path of Files.under(String(temporary), own)) {
        ledger.lookAtBlocks(place.files, "the server's temporary files", Files.blocks(path))
      }
    }),
    masks: Effect.forEach(warehouse.masks, (mask) =>
      Effect.map(ask(`SELECT id, \`${mask.valueColumn}\` FROM ${database}.\`${mask.name}\``), ({ rows }) =>
        maskOf(mask, rows)
      )
    ),
    filesForget: false,
    isLoading: (table) =>
      Effect.map(
        ask(
          `SELECT 1 FROM information_schema.tables WHERE table_schema = '${database}' AND table_name LIKE '${table}\\_\\_staging\\_%'`
        ),
        ({ rows }) => rows.length > 0
      ),
    contents: Effect.map(tables, (all) => all.flatMap(([table, rows]) => digestOf(table, rows)))
  }
})

/** The tables in which a server keeps statements, if it does. */
const statementTables = `SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables
  WHERE table_schema = 'performance_schema' AND table_name LIKE 'events\\_statements\\_%'
    OR table_schema = 'mysql' AND table_name IN ('general_log', 'slow_log')`

const accountOf = (
  server: DatabaseUrl.MysqlUrl,
  user: string,
  password: string,
  database: string
): DatabaseUrl.MysqlUrl => ({
  ...server,
  user,
  password: Redacted.make(password),
  database
})

/** Everything that the analyst can see by name, system schemas included. Refused relations are skipped. */
const searchAsAnalyst = Effect.fnUntraced(function* (ledger: Ledger, analyst: DatabaseUrl.MysqlUrl) {
  const connection = yield* Effect.mapError(DirectConnection.open(analyst), connectFailed(analyst, "ANALYST_PASSWORD"))
  const visible = yield* Effect.mapError(
    connection.query("SELECT table_schema, table_name FROM information_schema.tables"),
    statementFailed("list what the analyst sees")
  )
  const statements = visible.rows.map(([schema, name]) => [String(name), `SELECT * FROM \`${schema}\`.\`${name}\``] as const)
  const guesses = ["sensitive_city_ids", "sensitive_zipcode_ids", "sensitive_profession_ids", "quarantine", "sluice_events"]
  for (const [name, sql] of [
    ...statements,
    ...guesses.map((name) => [name, `SELECT * FROM ${name}`] as const),
    ["the list of connections", "SHOW FULL PROCESSLIST"] as const
  ]) {
    const answer = yield* Effect.either(connection.query(sql))
    if (Either.isRight(answer)) ledger.look(place.analyst, name, bytesOf(answer.right.rows))
  }
}, Effect.scoped)

/** The database's own files and the shared ones (redo, undo, temporary tables), if they are on this machine. */
const searchFiles = (ledger: Ledger, directory: string, database: string): void => {
  if (!Files.canList(join(directory, database))) return
  const isOurs = (path: string) => !path.includes("/") || path.startsWith(database) || path.startsWith("#")
  const others = (path: string) => isOurs(path) && !/^(mysql|performance_schema|sys|test)$/.test(path)
  for (const path of Files.under(directory, others)) {
    const name = path.slice(directory.length).replace(/^\//, "")
    const [folder, table = ""] = name.split("/")
    const mayHold = (home: string) => folder !== database || table.startsWith(`${home}.`)
    ledger.lookAtBlocks(place.files, name.replace(database, "canary"), Files.blocks(path), mayHold)
  }
}

const drop = Effect.fnUntraced(function* (
  administrator: DirectConnection.DirectConnection,
  database: string,
  users: ReadonlyArray<string>
) {
  yield* administrator.query(`DROP DATABASE IF EXISTS ${database}`)
  for (const user of users) {
    const hosts = yield* administrator.query("SELECT host FROM mysql.user WHERE user = ?", [user])
    for (const [host] of hosts.rows) yield* administrator.query("DROP USER ?@?", [user, String(host)])
  }
})
