import type { SqlClient } from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { Provisioner } from "../Provisioner.ts"
import { history } from "../sql/migrations/history.ts"
import { records } from "../sql/migrations/records.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMaskStore from "../sql/SqlMaskStore.ts"
import * as SqlMigrations from "../sql/SqlMigrations.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlText from "../sql/SqlText.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Accounts from "./accounts.ts"
import * as DirectConnection from "./DirectConnection.ts"
import * as Ddl from "./ddl.ts"
import { quote } from "./dialect.ts"
import * as Encryption from "./Encryption.ts"
import { connectFailed, faultOf, statementFailed } from "./errors.ts"
import { reading } from "./GrantDrift.ts"
import * as Limits from "./Limits.ts"
import * as MysqlPool from "./MysqlPool.ts"
import * as MysqlServer from "./MysqlServer.ts"
import * as PipelineRights from "./PipelineRights.ts"
import * as PublicGrants from "./PublicGrants.ts"
import * as ShownGrants from "./ShownGrants.ts"

export interface Options {
  /** A server, and an account that may create databases and accounts. Used only for that. */
  readonly admin: MysqlUrl
  /** The database to create, and the account that the pipeline runs as. */
  readonly pipeline: MysqlUrl
  readonly analyst: { readonly user: string; readonly password: Redacted.Redacted }
  /** Whether to adopt accounts that this program did not create. Default: they are refused. */
  readonly adopt?: boolean
  /** Whether to send MariaDB passwords instead of their hashes. Default: hashes, since MariaDB logs its statements. */
  readonly passwordInClear?: boolean
}

/** Provisions MySQL or MariaDB. Settings that name one account for two roles are refused at once, without connecting. */
export const layer = (options: Options): Layer.Layer<Provisioner, WarehouseFailed, PipelineName> =>
  Layer.effect(
    Provisioner,
    Effect.gen(function* () {
      yield* checkAccounts(options)
      const name = yield* PipelineName
      return Provisioner.of({
        provision: Effect.fn("MysqlProvisioner.provision")(function* (spec) {
          const progress: Progress = { done: [], before: undefined }
          const all = yield* settled(options)
          yield* Effect.retry(Effect.scoped(provision(all, name, spec, progress)), again)
          return [...new Set(progress.done)]
        })
      })
    })
  )

/** The progress of one provisioning. Each attempt continues where the previous one stopped. */
interface Progress {
  readonly done: Array<string>
  /** The tables and views that existed before the first attempt. */
  before: ReadonlySet<string> | undefined
}

/** Every step checks first whether it is done, so a lost connection repeats only the remaining steps. */
const again = {
  while: (error: WarehouseFailed) => error.retryable,
  schedule: Schedule.intersect(Schedule.exponential("200 millis"), Schedule.recurs(3))
}

const operation = "provision the database"

const settled = (options: Options): Effect.Effect<Options> =>
  Effect.gen(function* () {
    const admin = yield* Encryption.settle(options.admin, "DATABASE_ADMIN_URL")
    return { ...options, admin, pipeline: yield* Encryption.settle(options.pipeline, "DATABASE_URL") }
  })

const checkAccounts = ({ admin, analyst, pipeline }: Options): Effect.Effect<void, WarehouseFailed> => {
  const clash =
    pipeline.user === admin.user || pipeline.user === "root"
      ? `DATABASE_URL names the administrator "${pipeline.user}". Put an account of the pipeline's own there: it is created with the password you give it`
      : analyst.user === admin.user || analyst.user === pipeline.user
        ? `ANALYST_USER "${analyst.user}" is also the ${analyst.user === admin.user ? "administrator" : "pipeline's account"}. Give the analyst a name of its own`
        : undefined
  return clash === undefined ? Effect.void : new WarehouseFailed({ reason: "Misconfigured", operation, detail: `${clash}.` })
}

const provision = Effect.fnUntraced(function* (options: Options, name: string, spec: WarehouseSpec, progress: Progress) {
  const { adopt = false, analyst, passwordInClear = false } = options
  const admin = yield* Effect.mapError(
    DirectConnection.open(options.admin),
    connectFailed(options.admin, "DATABASE_ADMIN_URL")
  )
  const asAdmin = <A, E>(effect: Effect.Effect<A, E | SqlError>) =>
    Effect.catchIf(effect, isSqlError, (error) => statementFailed(operation)(error))
  yield* Limits.demandWritable(yield* asAdmin(Limits.over(admin)), "DATABASE_ADMIN_URL")
  const server = yield* asAdmin(prepare(admin))
  const { database } = options.pipeline
  const pipeline = { ...options.pipeline, database: server.foldsNames ? database.toLowerCase() : database }
  yield* PublicGrants.refuse(ShownGrants.over(admin), server, pipeline.database)
  const place = { admin, pipeline, name, adopt, passwords: { flavour: server.flavour, inClear: passwordInClear } }
  const owner: Accounts.Account = {
    role: "the pipeline's account",
    setting: "DATABASE_URL",
    user: pipeline.user,
    password: pipeline.password,
    grants: [PipelineRights.grantOn(pipeline.database, server)],
    byOthers: []
  }
  const reader: Accounts.Account = {
    role: "the analyst",
    setting: "ANALYST_USER",
    user: analyst.user,
    password: analyst.password,
    grants: reading(
      pipeline.database,
      spec.analyst.select.map(({ name }) => name)
    ),
    byOthers: []
  }
  const note = (lines: ReadonlyArray<string>) => Effect.sync(() => void progress.done.push(...lines))
  const ensure = (account: Accounts.Account) =>
    Accounts.ensure(place, account).pipe(
      Effect.catchIf(isHashRefused, () => new WarehouseFailed({ reason: "Misconfigured", operation, detail: hashRefused })),
      Effect.catchIf(
        isPasswordRefused,
        () => new WarehouseFailed({ reason: "Misconfigured", operation, detail: passwordRefused(account) })
      ),
      Effect.tap(note),
      Effect.zipRight(Effect.flatMap(Accounts.reconcile(admin, account), note)),
      asAdmin
    )
  const claimed = yield* asAdmin(Effect.forEach([owner, reader], (account) => Accounts.claim(place, account)))
  yield* note(claimed.flat())
  yield* note(yield* asAdmin(ensureDatabase(admin, pipeline.database, server.collation)))
  yield* ensure(owner)
  // The pipeline's own account creates these, which proves that it has the rights.
  const { created, others } = yield* ensureRelations(pipeline, name, spec, progress)
  yield* note(created)
  yield* ensure({ ...reader, byOthers: reading(pipeline.database, others) })
})

const isSqlError = (error: unknown): error is SqlError => error instanceof SqlError

/** ER_OPTION_PREVENTS_STATEMENT: MariaDB's `strict_password_validation`, if a plugin validates passwords. */
const isHashRefused = (error: SqlError) => faultOf(error.cause).errno === 1290

/** ER_NOT_VALID_PASSWORD, of `validate_password` and of MariaDB's plugins. */
const isPasswordRefused = (error: SqlError | WarehouseFailed) => isSqlError(error) && faultOf(error.cause).errno === 1819

const passwordRefused = ({ role, setting, user }: Accounts.Account) =>
  `the server's password policy refuses the password of ${role} "${user}" (ER_NOT_VALID_PASSWORD). Set one in ${setting === "ANALYST_USER" ? "ANALYST_PASSWORD" : setting} that is long enough and has the kinds of characters that the policy asks for: SHOW VARIABLES LIKE '%password%' shows it.`

const hashRefused =
  "the server validates passwords and takes no hash of one (strict_password_validation). Run `sluice provision --password-in-clear`: the server then writes the password into its general, slow and binary logs, where they are on. Or SET GLOBAL strict_password_validation = OFF for the time of the command."

const prepare = Effect.fnUntraced(function* (admin: DirectConnection.DirectConnection) {
  const version = yield* admin.query("SELECT VERSION()")
  const partialRevokes = yield* admin.query(PipelineRights.selectPartialRevokes)
  const folding = yield* admin.query("SELECT @@lower_case_table_names")
  return {
    foldsNames: MysqlServer.foldsNames(folding.rows[0]?.[0]),
    ...(/mariadb/i.test(String(version.rows[0]?.[0]))
      ? ({ flavour: "MariaDB", collation: "utf8mb4_nopad_bin" } as const)
      : ({ flavour: "MySQL", collation: "utf8mb4_0900_bin" } as const)),
    literal: PipelineRights.isLiteral(partialRevokes.rows)
  }
})

const ensureDatabase = Effect.fnUntraced(function* (
  admin: DirectConnection.DirectConnection,
  database: string,
  collation: string
) {
  const found = yield* admin.query("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", [database])
  if (found.rows.length > 0) return []
  yield* admin.query(`CREATE DATABASE IF NOT EXISTS ${quote(database)} CHARACTER SET utf8mb4 COLLATE ${collation}`)
  return [`created the database "${database}"`]
})

const ensureRelations = Effect.fnUntraced(function* (url: MysqlUrl, name: string, spec: WarehouseSpec, progress: Progress) {
  const pool = yield* Effect.mapError(
    MysqlPool.make({ url, connections: 1, lockWait: Duration.minutes(1) }),
    connectFailed(url, "DATABASE_URL")
  )
  const server = yield* MysqlServer.inspect(pool.sql)
  yield* PipelineRights.demand(ShownGrants.askOver(pool.sql), url.database, "all")
  const words = Ddl.ofTables(server, name)
  const names = Effect.mapError(
    Effect.map(
      pool.sql<{
        readonly name: string
      }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
      (rows) => new Set(rows.map(({ name }) => name))
    ),
    statementFailed(operation)
  )
  const there = yield* names
  progress.before ??= there
  const { before } = progress
  const here = <A, E>(effect: Effect.Effect<A, E | SqlError, SqlClient>) => SqlBatch.over(pool.sql, words)(operation, effect)
  for (const tables of [records, history]) {
    const migrated = yield* here(SqlMigrations.run(words, tables))
    if (migrated && !progress.done.includes(SqlMigrations.migrated)) progress.done.push(SqlMigrations.migrated)
  }
  const create = (relation: Table.Any | View.Any) =>
    Effect.forEach(words.create(relation), (statement) => here(unlessThere(SqlText.define(statement))))
  const declared = [...spec.tables, ...spec.masks, ...spec.views].map((relation) => relation.name)
  yield* here(SqlOwners.claim(words, declared, operation))
  for (const mask of spec.masks) yield* here(SqlMaskStore.ensureMaskTable(words, mask))
  for (const table of spec.tables.filter(({ name }) => !there.has(name))) {
    yield* create(table)
  }
  for (const view of spec.views.filter(({ name }) => !there.has(name))) {
    const present = yield* names
    const missing = view.on.map(({ name }) => name).filter((name) => !present.has(name))
    if (missing.length > 0) return yield* upstreamMissing(operation, view.name, missing)
    yield* create(view)
  }
  const views = new Set(spec.views.map(({ name }) => name))
  const created = [...(yield* names)]
    .filter((name) => !before.has(name))
    .sort()
    .map((name) => `created the ${views.has(name) ? "view" : "table"} ${name}`)
  return { created, others: (yield* here(SqlOwners.ownOf(words, spec))).others }
})

/** A server creates no view of a table that does not exist yet. Only an external table can be missing here. */
const upstreamMissing = (operation: string, view: string, missing: ReadonlyArray<string>) =>
  new WarehouseFailed({
    reason: "Missing",
    operation,
    detail: `The view ${view} reads ${missing.join(" and ")}, which nothing has loaded yet. It is external: its owner must load it first.`
  })

/** Another process may have created it meanwhile (ER_TABLE_EXISTS_ERROR). */
const unlessThere = <R>(create: Effect.Effect<void, SqlError, R>): Effect.Effect<void, SqlError, R> =>
  Effect.catchIf(
    create,
    (error) => faultOf(error.cause).errno === 1050,
    () => Effect.void
  )
