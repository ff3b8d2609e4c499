import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { quote } from "./dialect.ts"
import { differenceOf, type Grant } from "./GrantDifference.ts"
import { type Ask, type ShownGrants, shownTo } from "./ShownGrants.ts"

/**
 * All rights of the pipeline's account, in its own database only: read and write rows; create, fill, index, rename (ALTER,
 * DROP) and drop tables; create and show views; see triggers, which needs TRIGGER. No other right is allowed.
 */
export const privileges = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "CREATE",
  "DROP",
  "INDEX",
  "ALTER",
  "CREATE VIEW",
  "SHOW VIEW",
  "TRIGGER"
] as const

/** Whether database names in grants are literal, from what `selectPartialRevokes` returned. */
export const isLiteral = (rows: ReadonlyArray<ReadonlyArray<unknown>>): boolean => rows[0]?.[1] === "ON"

export const selectPartialRevokes = "SHOW GLOBAL VARIABLES LIKE 'partial\\_revokes'"

/** Without partial revokes `_` is a wildcard: an unescaped grant on `spark_dwh` is one on `sparkXdwh` too. */
export const grantOn = (database: string, { literal }: { readonly literal: boolean }): Grant => ({
  privileges,
  on: `${quote(literal ? database : database.replaceAll("_", "\\_"))}.*`
})

/** Fails if the account has a right that it must not have or, with `all`, lacks one. It writes nothing. Three statements. */
export const demand = Effect.fn("PipelineRights.demand")(function* (
  ask: Ask,
  database: string,
  rights: "all" | "no more"
): Effect.fn.Return<void, WarehouseFailed> {
  const shown = yield* shownTo(ask)
  const found = between(shown, grantOn(database, { literal: isLiteral(yield* ask(selectPartialRevokes)) }))
  const differences = found.some(isExcess) || rights === "all" ? found : []
  const excess = differences.filter(isExcess)
  const lacking = differences.filter((difference) => !isExcess(difference))
  if (differences.length === 0) return
  const has = excess.length === 0 ? [] : [`has ${excess.map(({ found }) => found).join("; ")}, which no pipeline may have`]
  const lacks = lacking.length === 0 ? [] : [`lacks ${lacking.map(({ declared }) => declared).join("; ")}`]
  return yield* new WarehouseFailed({
    reason: "Misconfigured",
    operation: "use the account in DATABASE_URL",
    detail: `it ${[...has, ...lacks].join(", and it ")}. ${remedy(differences)}`
  })
})

/** An administrator keeps its rights. The remedy is another account for the pipeline. */
const remedy = (differences: ReadonlyArray<Difference>): string => {
  const administers = differences.some(({ found }) => /^(?:GRANT OPTION|ALL PRIVILEGES) ON \*\.\*$/.test(found))
  const own = `put the administrator into DATABASE_ADMIN_URL and an account of your choice into DATABASE_URL, and \`sluice provision\` creates it`
  return administers
    ? `DATABASE_URL must name the pipeline's own account: ${own}.`
    : `Run ${differences.map(({ remedy }) => remedy).join("; ")}. Or ${own}.`
}

/** Whether a difference is a right that the account must not have, rather than a missing right. */
export const isExcess = ({ found }: Difference): boolean => found !== absent

const absent = "not granted"

/** Each excess or missing right of an entry of the pipeline's account, with the REVOKE or GRANT. */
export const between = ({ account, lines, user }: ShownGrants, wanted: Grant): ReadonlyArray<Difference> => {
  const { grant, revoke } = differenceOf(lines, [wanted])
  const about = { subject: `the pipeline's account "${user}"`, aspect: "privileges", origin: "outside" } as const
  return [
    // First, because ALL PRIVILEGES includes the rights that are granted afterwards.
    ...revoke.map((excess) => ({
      ...about,
      found: excess,
      declared: "nothing but to work in its own database",
      remedy: `REVOKE ${excess} FROM ${account}`
    })),
    ...grant.map(({ on, privileges }) => ({
      ...about,
      found: absent,
      declared: `${privileges.join(", ")} ON ${on}`,
      remedy: `GRANT ${privileges.join(", ")} ON ${on} TO ${account}`
    }))
  ]
}
