import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Administrator } from "./Blockers.ts"
import * as DirectConnection from "./DirectConnection.ts"
import * as Encryption from "./Encryption.ts"
import { connectFailed } from "./errors.ts"
import * as ShownGrants from "./ShownGrants.ts"
import type { Account } from "./UserQuery.ts"

export interface Options {
  readonly pipeline: Account
  /** Asks as the pipeline's account. */
  readonly ask: ShownGrants.Ask
  readonly analyst: Account | undefined
  readonly administrator: Administrator | undefined
}

/** The grants of an account, or of its entry for one host. */
export interface AccountGrants extends ShownGrants.ShownGrants {
  readonly role: "pipeline" | "analyst"
  readonly seen: Access["seen"]
}

export interface Found {
  readonly grants: ReadonlyArray<AccountGrants>
  /** The analyst's login was tried, and the server refused it. */
  readonly isAnalystLocked: boolean
}

/**
 * The grants of the pipeline's and the analyst's account. A server keeps an entry for each host of an account, with grants of
 * its own. An administrator shows all of them; an account only the entry that its login from this machine is taken for. An
 * analyst's account that neither shows is left out.
 */
export const find = Effect.fn("AccountGrants.find")(function* (options: Options): Effect.fn.Return<Found, WarehouseFailed> {
  const { administrator, analyst, ask, pipeline } = options
  const login =
    analyst === undefined
      ? undefined
      : yield* Effect.flatMap(ShownGrants.askAs(analyst), ShownGrants.shownTo).pipe(
          Effect.scoped,
          Effect.catchIf(ShownGrants.isRefused, () => Effect.succeed("refused" as const))
        )
  const isAnalystLocked = login === "refused"
  if (administrator !== undefined) {
    const grants = yield* Effect.scoped(allHosts(administrator, pipeline.url.user))
    return { grants, isAnalystLocked }
  }
  const own = { ...(yield* ShownGrants.shownTo(ask)), role: "pipeline", seen: "own host" } as const
  return {
    grants:
      login === undefined || login === "refused" ? [own] : [own, { ...login, role: "analyst", seen: "own host" } as const],
    isAnalystLocked
  }
})

const allHosts = Effect.fnUntraced(function* ({ analysts, url }: Administrator, pipelineUser: string) {
  const setting = "DATABASE_ADMIN_URL"
  const connection = yield* Encryption.settle({ ...url, database: "" }, setting).pipe(
    Effect.flatMap(DirectConnection.open),
    Effect.mapError(connectFailed(url, setting))
  )
  const ask = ShownGrants.over(connection)
  const accounts = [[pipelineUser, "pipeline"], ...analysts.map((user) => [user, "analyst"] as const)] as const
  const all = yield* Effect.forEach(accounts, ([user, role]) =>
    Effect.map(ShownGrants.ofEveryHost(ask, user), (entries) =>
      entries.map((entry): AccountGrants => ({ ...entry, role, seen: "every host" }))
    )
  )
  return all.flat()
})
