import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Decimal from "@sluice/core/data/Decimal"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { ofNumber } from "@sluice/core/relation/Generalisation"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { money } from "../domain/limits.ts"
import { birthBand, commonDomain, incomeBand } from "../tables/coarser.ts"
import type { Setting } from "./classification.ts"

/** How public rows of users are made coarser than by their classification. */
export interface Policy {
  /** `band`: the first year of the decade of birth; 1980 stands for 1980 to 1989. */
  readonly birth: "year" | "band"
  /** `band`: the lower bound of the income's band. */
  readonly income: "exact" | "band"
  /** A domain with fewer users is stored as `other`; 1 keeps all domains. */
  readonly emailDomainMin: number
}

/** No coarser than the classification. */
export const asItCame: Policy = { birth: "year", income: "exact", emailDomainMin: 1 }

/** The policy for public rows. */
export class Generalisation extends Context.Reference<Generalisation>()("@sluice/assets/Generalisation", {
  defaultValue: (): Policy => asItCame
}) {}

/** A year of birth under a policy. */
export const birthYear = ({ birth }: Policy, year: number | null): number | null =>
  birth === "year" || year === null ? year : ofNumber(birthBand, year)

/** An income, an exact decimal, under a policy. */
export const income = (policy: Policy, amount: Decimal.Decimal | null): Decimal.Decimal | null =>
  policy.income === "exact" || amount === null
    ? amount
    : Decimal.fromNumber(ofNumber(incomeBand, Number(amount)), money.scale)

/** A domain under a policy. `common` says whether enough users have it. */
export const emailDomain = (domain: string | null, common: (domain: string) => boolean): string | null =>
  domain === null || common(domain) ? domain : commonDomain.other

/** Whether a user's public row depends on the number of users with a domain. Then all users must be read. */
export const countsUsers = ({ emailDomainMin }: Policy): boolean => emailDomainMin > 1

/** The domains that the policy keeps. If it has a minimum, it reads all users once to count them. */
export const commonDomains = Effect.fn("Generalisation.commonDomains")(function* (
  policy: Policy,
  users: Changes.Reading<{ readonly emailDomain: string | null }>
): Effect.fn.Return<(domain: string) => boolean, SpillFailed> {
  if (!countsUsers(policy)) return () => true
  const counts = yield* Dataset.reduceChunks(yield* Changes.whole(users), new Map<string, number>(), (sums, rows) => {
    for (const { emailDomain: domain } of rows) if (domain !== null) sums.set(domain, (sums.get(domain) ?? 0) + 1)
    return sums
  })
  return (domain) => (counts.get(domain) ?? 0) >= policy.emailDomainMin
})

/** The effect of the policy on each field, in words; undefined if it has none. */
export const words = ({
  birth,
  emailDomainMin,
  income: exactness
}: Policy): Readonly<Record<Setting, string | undefined>> => ({
  birth: birth === "year" ? undefined : "as the decade that it is in",
  income: exactness === "exact" ? undefined : "as the lower bound of its band",
  emailDomain: emailDomainMin <= 1 ? undefined : `\`${commonDomain.other}\` where fewer than ${emailDomainMin} users have it`
})

/** The policy as text. Equal policies have equal texts. Undefined if it changes nothing. */
export const text = ({ birth, emailDomainMin, income: exactness }: Policy): string | undefined => {
  const parts = [
    ...(birth === "year" ? [] : [`birth=${birth}`]),
    ...(exactness === "exact" ? [] : [`income=${exactness}`]),
    ...(emailDomainMin <= 1 ? [] : [`email_domain_min=${emailDomainMin}`])
  ]
  return parts.length === 0 ? undefined : parts.join(" ")
}
