/** How settings make columns of users coarser than their classification. */

/** A year of birth becomes the first year of its decade. */
export const birthBand = { _tag: "Multiples", width: 10, setting: "SLUICE_BIRTH=band" } as const

/**
 * An income becomes the lower bound of its band, in the currency of the source. The last band has no upper bound. Incomes below
 * the first bound are a band too.
 */
export const incomeBand = {
  _tag: "Bands",
  bounds: [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000, 150_000, 200_000],
  below: -10_000,
  setting: "SLUICE_INCOME=band"
} as const

/** A rare domain becomes `other`. No real domain equals it, since each has a dot. */
export const commonDomain = { _tag: "Common", other: "other", setting: "SLUICE_EMAIL_DOMAIN_MIN" } as const
