import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Administrator } from "./Blockers.ts"
import * as DirectConnection from "./DirectConnection.ts"
import * as Encryption from "./Encryption.ts"
import { connectFailed } from "./errors.ts"
import * as MandatoryRoles from "./MandatoryRoles.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import * as PublicGrants from "./PublicGrants.ts"
import * as ShownGrants from "./ShownGrants.ts"
import type { Account } from "./UserQuery.ts"

export interface Options {
  readonly server: MysqlServer
  /** Connections of the pipeline's account. */
  readonly pool: MysqlPool
  readonly pipeline: Account
  readonly analyst: Account | undefined
  readonly administrator: Administrator | undefined
}

/** The grants of an account, of its entry for one host, or of a role that every account has (`mandatory_roles`). */
export interface AccountGrants extends ShownGrants.ShownGrants {
  readonly role: "pipeline" | "analyst"
  readonly isMandatoryRole: boolean
  readonly seen: Access["seen"]
}

export interface Found {
  readonly grants: ReadonlyArray<AccountGrants>
  /** Whether the server refused the analyst's login. */
  readonly isAnalystLocked: boolean
  /** The grants of every account: to PUBLIC, or to an account without a name, which only an administrator sees. */
  readonly everybody: ReadonlyArray<string>
  /** Of these, the rights in the pipeline's database. */
  readonly everybodyHere: ReadonlyArray<PublicGrants.PublicGrant>
}

/**
 * The grants of the pipeline's and the analyst's account. A server keeps an entry for each host of an account, with its own
 * grants. An administrator sees all entries. Other accounts see only the entry of their own login. An analyst's account without
 * a visible entry is left out.
 */
export const find = Effect.fn("AccountGrants.find")(function* (options: Options): Effect.fn.Return<Found, WarehouseFailed> {
  const { administrator, analyst, pipeline, pool, server } = options
  const own = yield* ofLogin(ShownGrants.askOver(pool.sql), "pipeline", server)
  const login =
    analyst === undefined
      ? undefined
      : yield* Effect.flatMap(ShownGrants.askAs(analyst), (ask) => ofLogin(ask, "analyst", server)).pipe(
          Effect.scoped,
          Effect.catchIf(ShownGrants.isRefused, () => Effect.succeed(undefined))
        )
  const isAnalystLocked = analyst !== undefined && login === undefined
  // Both have a mandatory role, and it is revoked once.
  const roles = new Map([...own.roles, ...(login?.roles ?? [])].map((role) => [role.account, role]))
  const here = PublicGrants.reaching(own.everybody, pipeline.url.database)
  if (administrator === undefined) {
    const grants = [own.grants, ...(login === undefined ? [] : [login.grants]), ...roles.values()]
    return { grants, isAnalystLocked, everybody: own.everybody, everybodyHere: here }
  }
  const all = yield* Effect.scoped(asAdministrator(administrator, pipeline.url))
  return {
    grants: [...all.grants, ...roles.values()],
    isAnalystLocked,
    everybody: [...own.everybody, ...all.nameless.map(({ right }) => right)],
    everybodyHere: [...here, ...all.nameless]
  }
})

/** The grants that an account sees: its own, those of roles that every account has, and those of every account. */
const ofLogin = Effect.fnUntraced(function* (ask: ShownGrants.Ask, role: AccountGrants["role"], { flavour }: MysqlServer) {
  const own = yield* ShownGrants.shownTo(ask)
  const roles = flavour === "MySQL" ? yield* MandatoryRoles.shownTo(ask, own) : []
  return {
    grants: { ...own, role, seen: "own host", isMandatoryRole: false } satisfies AccountGrants,
    roles: roles.map((shown): AccountGrants => ({ ...shown, role, seen: "own host", isMandatoryRole: true })),
    everybody: yield* PublicGrants.shown(ask, flavour)
  }
})

const asAdministrator = Effect.fnUntraced(function* ({ analysts, url }: Administrator, pipeline: Account["url"]) {
  const setting = "DATABASE_ADMIN_URL"
  const connection = yield* Encryption.settle({ ...url, database: "" }, setting).pipe(
    Effect.flatMap(DirectConnection.open),
    Effect.mapError(connectFailed(url, setting))
  )
  const ask = ShownGrants.over(connection)
  const accounts = [[pipeline.user, "pipeline"], ...analysts.map((user) => [user, "analyst"] as const)] as const
  const all = yield* Effect.forEach(accounts, ([user, role]) =>
    Effect.map(ShownGrants.ofEveryHost(ask, user), (entries) =>
      entries.map((entry): AccountGrants => ({ ...entry, role, seen: "every host", isMandatoryRole: false }))
    )
  )
  return { grants: all.flat(), nameless: yield* PublicGrants.nameless(ask, pipeline.database) }
})
