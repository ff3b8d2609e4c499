import type { Difference } from "../checks/Difference.ts"
import type * as AccountGrants from "./AccountGrants.ts"
import { quote } from "./dialect.ts"
import { differenceOf, type Grant } from "./GrantDifference.ts"
import * as PipelineRights from "./PipelineRights.ts"
import * as PublicGrants from "./PublicGrants.ts"
import { literal } from "./ShownGrants.ts"

export interface Options {
  readonly database: string
  /** Whether the server takes database names in grants literally. */
  readonly literal: boolean
  readonly found: AccountGrants.Found
  /** The name of the analyst's account, if its login was tried. */
  readonly analyst: string | undefined
  /** The existing tables and views that the analyst should read. */
  readonly readable: ReadonlyArray<string>
  /**
   * Relations that the analyst may read without need: those of other pipelines, which own their grants, and dropped public
   * ones. The grants of a dropped relation remain, and are right again when the next run creates it.
   */
  readonly mayRead: ReadonlyArray<string>
}

/**
 * The differences in grants: rights of the analyst beyond the declared ones, missing rights to read, and rights of the
 * pipeline's account that are missing or too many. It covers each visible entry of the accounts, and the rights of every
 * account.
 */
export const find = (options: Options): ReadonlyArray<Difference> => {
  const { everybodyHere, grants, isAnalystLocked } = options.found
  const of = (entry: AccountGrants.AccountGrants) =>
    entry.role === "pipeline" ? ofPipeline(options, entry) : ofAnalyst(options, entry)
  return [
    ...grants.filter(({ isMandatoryRole }) => !isMandatoryRole).flatMap(of),
    ...ofMandatoryRoles(
      grants.filter(({ isMandatoryRole }) => isMandatoryRole),
      of
    ),
    ...PublicGrants.differences(everybodyHere),
    ...(isAnalystLocked && options.analyst !== undefined ? [locked(options.analyst)] : [])
  ]
}

/**
 * Rights of roles that every account has. The remedy makes the role optional. A REVOKE would have to name the role with the
 * right, which may be a role of the mandatory role, and which only an administrator sees.
 */
const ofMandatoryRoles = (
  roles: ReadonlyArray<AccountGrants.AccountGrants>,
  of: (role: AccountGrants.AccountGrants) => ReadonlyArray<Difference>
): ReadonlyArray<Difference> => {
  const found = roles.map((role) => ({ account: role.account, differences: of(role) }))
  const harmless = found.filter(({ differences }) => differences.length === 0).map(({ account }) => account)
  const remedy = `SET PERSIST mandatory_roles = ${literal(harmless.join(","))}`
  return found.flatMap(({ account, differences }) =>
    differences.map((each) => ({ ...each, found: `${each.found}, by the mandatory role ${account}`, remedy }))
  )
}

/** A mandatory role may give rights that the account needs, so none is reported as missing. */
const ofPipeline = (options: Options, grants: AccountGrants.AccountGrants): ReadonlyArray<Difference> =>
  PipelineRights.between(grants, PipelineRights.grantOn(options.database, options)).filter(
    (difference) => !grants.isMandatoryRole || PipelineRights.isExcess(difference)
  )

const ofAnalyst = (
  { database, mayRead, readable }: Options,
  { account, isMandatoryRole, lines, user }: AccountGrants.AccountGrants
): ReadonlyArray<Difference> => {
  const { grant, revoke } = differenceOf(lines, reading(database, readable), reading(database, mayRead))
  const about = (on: string | undefined): Pick<Difference, "subject" | "aspect" | "origin"> => {
    const prefix = `${quote(database)}.`
    const name = on?.startsWith(prefix) === true ? /^`(.*)`$/.exec(on.slice(prefix.length))?.[1] : undefined
    return { subject: name ?? `the analyst "${user}"`, aspect: `what the analyst "${user}" may do`, origin: "outside" }
  }
  return [
    ...(isMandatoryRole ? [] : grant).map(({ on, privileges }) => ({
      ...about(on),
      found: "not to read it",
      declared: privileges.join(", "),
      remedy: `GRANT ${privileges.join(", ")} ON ${on} TO ${account}`
    })),
    ...revoke.map((excess) => ({
      ...about(/ ON (?:TABLE )?(\S+)$/.exec(excess)?.[1]),
      found: excess,
      declared: "nothing but to read the public tables and views",
      remedy: `REVOKE ${excess} FROM ${account}`
    }))
  ]
}

/** The right to read each of some relations of a database. */
export const reading = (database: string, relations: Iterable<string>): ReadonlyArray<Grant> =>
  [...relations].map((name) => ({ privileges: ["SELECT"], on: `${quote(database)}.${quote(name)}` }))

const locked = (user: string): Difference => ({
  subject: `the analyst "${user}"`,
  aspect: "account",
  found: "the server refuses its password, or has no such account",
  declared: "an account that reads the public tables and views",
  remedy: "correct ANALYST_USER and ANALYST_PASSWORD, or set DATABASE_ADMIN_URL and run `sluice provision`",
  origin: "login"
})
