import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { differenceOf } from "./GrantDifference.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import { type Ask, literal } from "./ShownGrants.ts"

/** A right that every account of the server has, and how to revoke it. */
export interface PublicGrant {
  /** `SELECT ON `test\_%`.*`, or a role. */
  readonly right: string
  readonly revoke: string
}

/** MariaDB's grants to PUBLIC, as any account sees them. Before MariaDB 10.11, and on MySQL, there is no PUBLIC. */
export const shown = (ask: Ask, flavour: MysqlServer["flavour"]): Effect.Effect<ReadonlyArray<string>, WarehouseFailed> =>
  flavour === "MySQL"
    ? Effect.succeed([])
    : Effect.map(
        Effect.catchIf(ask("SHOW GRANTS FOR PUBLIC"), isNotThere, () => Effect.succeed([])),
        // It also shows the grants of PUBLIC's roles, which cannot be revoked from PUBLIC.
        (rows) => differenceOf(rows.map(([line]) => String(line)).filter(isPublics), []).revoke
      )

/** The rights of `shown` that concern a database. A role counts, since it can be given any right later. */
export const reaching = (rights: ReadonlyArray<string>, database: string): ReadonlyArray<PublicGrant> =>
  rights.filter((right) => reaches(right, database)).map((right) => ({ right, revoke: `REVOKE ${right} FROM PUBLIC` }))

/**
 * Rights in a database that were granted to an account without a name. On both servers, every account has them. Only an
 * administrator can see them.
 */
export const nameless = (ask: Ask, database: string): Effect.Effect<ReadonlyArray<PublicGrant>, WarehouseFailed> =>
  Effect.map(
    ask(`SELECT Host, Db FROM mysql.db WHERE User = '' AND ${literal(database)} LIKE Db ORDER BY Host, Db`),
    (rows) =>
      rows.map(([host, pattern]) => {
        const on = `\`${String(pattern).replaceAll("`", "``")}\`.*`
        return {
          right: `rights ON ${on}`,
          revoke: `DELETE FROM mysql.db WHERE User = '' AND Host = ${literal(String(host))} AND Db = ${literal(String(pattern))}; FLUSH PRIVILEGES`
        }
      })
  )

/** Refuses a database in which every account of the server has rights. For an administrator, before anything is created. */
export const refuse = Effect.fn("PublicGrants.refuse")(function* (
  ask: Ask,
  server: Pick<MysqlServer, "flavour">,
  database: string
): Effect.fn.Return<void, WarehouseFailed> {
  const found = [...reaching(yield* shown(ask, server.flavour), database), ...(yield* nameless(ask, database))]
  if (found.length === 0) return
  return yield* new WarehouseFailed({
    reason: "Misconfigured",
    operation: "provision the database",
    detail: `every account of the server has rights in "${database}": ${found.map(({ right }) => right).join("; ")}. Nothing was changed. Name another database in DATABASE_URL, or run ${found.map(({ revoke }) => revoke).join("; ")} as the administrator.`
  })
})

/** Rights of every account as differences from the declaration. */
export const differences = (found: ReadonlyArray<PublicGrant>): ReadonlyArray<Difference> =>
  found.map(({ revoke, right }) => ({
    subject: "every account of the server",
    aspect: "privileges",
    found: right,
    declared: "no rights in this database",
    remedy: revoke,
    origin: "outside"
  }))

const reaches = (right: string, database: string): boolean => {
  const [, schema, pattern] = / ON (?:[A-Z ]+ )?(\*|`((?:[^`]|``)*)`)\.(?:\*|`(?:[^`]|``)*`)$/.exec(right) ?? []
  if (schema === undefined || pattern === undefined) return true
  return like(pattern.replaceAll("``", "`")).test(database)
}

/** Case is ignored, as on servers that fold names. */
const like = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/\\?[\s\S]/g, (part) => (part === "%" ? "[\\s\\S]*" : part === "_" ? "[\\s\\S]" : escaped(part.slice(-1))))}$`,
    "i"
  )

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&")

const isPublics = (line: string): boolean => line.includes(" TO PUBLIC")

/** ER_NONEXISTING_GRANT, or an unknown account's name, if PUBLIC was never granted a right. */
const isNotThere = ({ reason }: WarehouseFailed): boolean => reason === "Other" || reason === "NotPermitted"
