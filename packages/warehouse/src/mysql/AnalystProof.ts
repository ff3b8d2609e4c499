import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import type { Proof } from "../Proof.ts"
import type { OwnSpec } from "../sql/SqlOwners.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import { type Ask, askAs, isRefused, literal } from "./ShownGrants.ts"
import type { Account } from "./UserQuery.ts"

export interface Options {
  readonly server: MysqlServer
  readonly pool: MysqlPool
  readonly analyst: Account | undefined
}

/**
 * Logs in as the analyst and tries to read closed relations. Proves nothing if there is no password, or if the server refuses
 * it.
 */
export const prove = Effect.fn("AnalystProof.prove")(function* (
  { analyst, pool, server }: Options,
  spec: OwnSpec
): Effect.fn.Return<Proof, WarehouseFailed> {
  if (analyst === undefined) return unproved
  const { database, user } = analyst.url
  const existing = yield* Effect.mapError(
    pool.sql`SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()`.values,
    failed
  )
  const closed = closedTo(
    spec,
    database,
    existing.map(([name]) => String(name)).filter((name) => !spec.others.has(name))
  )
  const open = yield* Effect.flatMap(askAs(analyst), (ask) => openTo(ask, server.flavour, closed)).pipe(
    Effect.scoped,
    Effect.catchIf(isRefused, () => Effect.succeed(undefined))
  )
  if (open === undefined) return unproved
  return { by: "login", refused: closed.length - open.length, open: open.map((relation) => readable(user, relation)) }
})

const unproved: Proof = { by: "nothing", refused: 0, open: [] }

const failed = statementFailed("prove what the analyst cannot read")

const readable = (user: string, relation: Closed): Difference => ({
  subject: relation.name === noTable ? "any other table" : relation.name,
  aspect: `what the analyst "${user}" may do`,
  found: "the analyst reads it",
  declared: "nothing but to read the public tables and views",
  remedy: `/* find, as the administrator, the rows that give it, and revoke what they give: */ SELECT Host, Db, User FROM mysql.db WHERE ${literal(relation.database)} LIKE Db`,
  origin: "outside"
})

/** A relation that an account must not read, by its database and name. */
export interface Closed {
  readonly database: string
  readonly name: string
}

/**
 * Every relation that the analyst must not read: existing ones, mask tables, sensitive tables, the server's table of accounts,
 * and a name that no table has. That name represents future tables, such as staging tables.
 */
export const closedTo = (spec: WarehouseSpec, database: string, existing: Iterable<string>): ReadonlyArray<Closed> => {
  const readable = new Set(spec.analyst.select.map(({ name }) => name))
  const sensitive = spec.tables.filter(({ visibility }) => visibility === "sensitive")
  const names = [...existing, ...spec.masks.map(({ name }) => name), ...sensitive.map(({ name }) => name), noTable]
  return [
    ...[...new Set(names)].filter((name) => !readable.has(name)).map((name) => ({ database, name })),
    { database: "mysql", name: "user" }
  ]
}

/** The roles that an account can assume, as SET ROLE takes them. Changes the active role. */
const assumableRoles = (ask: Ask, flavour: MysqlServer["flavour"]): Effect.Effect<ReadonlyArray<string>, WarehouseFailed> =>
  flavour === "MySQL"
    ? Effect.gen(function* () {
        yield* ask("SET ROLE ALL")
        const [[roles] = []] = yield* ask("SELECT CURRENT_ROLE()")
        return String(roles).match(/`(?:[^`]|``)*`@`[^`]*`/g) ?? []
      })
    : // Roles of roles are listed too. An account has their rights by the role that it was granted, and cannot assume them.
      Effect.map(
        ask("SELECT DISTINCT role_name FROM information_schema.applicable_roles WHERE grantee = CURRENT_USER()"),
        (rows) => rows.map(([name]) => quote(String(name)))
      )

/**
 * Tries to read each closed relation as the account of `ask`: without a role, and with each role that it can assume. Returns
 * the relations that were not refused, each once. A server refuses a missing table with the same error, so no table has to
 * exist.
 */
export const openTo = Effect.fn("AnalystProof.openTo")(function* (
  ask: Ask,
  flavour: MysqlServer["flavour"],
  closed: ReadonlyArray<Closed>
): Effect.fn.Return<ReadonlyArray<Closed>, WarehouseFailed> {
  const roles = yield* assumableRoles(ask, flavour)
  const active = roles.length === 0 ? ["NONE"] : ["NONE", ...(flavour === "MySQL" ? ["ALL"] : roles)]
  const open = new Set<Closed>()
  for (const role of active) {
    yield* ask(`SET ROLE ${role}`)
    for (const relation of closed) if (!(yield* isClosed(ask, relation))) open.add(relation)
  }
  return [...open]
})

const isClosed = (ask: Ask, { database, name }: Closed): Effect.Effect<boolean, WarehouseFailed> =>
  ask(`SELECT 1 FROM ${quote(database)}.${quote(name)} LIMIT 0`).pipe(
    Effect.as(false),
    Effect.catchIf(
      // If the server looked for a missing or broken table, the account has the right.
      ({ reason }) => reason === "NotPermitted" || reason === "Missing" || reason === "Drift",
      ({ reason }) => Effect.succeed(reason === "NotPermitted")
    )
  )

const noTable = "sluice__no_such_table"
