import * as Setting from "@sluice/core/settings/Setting"
import type * as Settings from "@sluice/core/settings/Settings"
import * as ReadingSettings from "@sluice/rest-source/source/ReadingSettings"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { Policy } from "./privacy/Generalisation.ts"

/** Refuses parts of a URL that belong elsewhere, and says where. */
const parseApiUrl: Setting.Parser<URL> = (text) => {
  if (!URL.canParse(text)) return Either.left("is not a URL. Use http://host:port/path, or leave it out for the sample API.")
  const { hash, password, search, username } = new URL(text)
  if (username !== "" || password !== "") {
    return Either.left("must not hold a user or password. Put a token into SPARK_API_TOKEN.")
  }
  if (search !== "" || hash !== "") {
    return Either.left(
      "must end before the ? or #. /users and /messages are added to it; a token goes into SPARK_API_TOKEN."
    )
  }
  return Setting.httpUrl(text)
}

const parseToken: Setting.Parser<Redacted.Redacted> = (text) =>
  /^[\x21-\x7e]+$/.test(text)
    ? Either.right(Redacted.make(text))
    : Either.left("has blanks or other characters that a token cannot have.")

/** The settings of this pipeline. */
export const settings = {
  apiUrl: Setting.make("SPARK_API_URL", parseApiUrl, {
    section: "The API",
    description:
      "Where users and messages come from: /users and /messages are added to it. Without it, the sample API is served on a free loopback port for the time of a run. Rows from another API are not replaced by the sample, unless --allow-sample-data is given.",
    example: "https://api.example.com/v1"
  }),
  apiToken: Setting.make("SPARK_API_TOKEN", parseToken, {
    section: "The API",
    secret: true,
    description: "Sent to the API as a bearer token, and to no other host."
  }),
  ...ReadingSettings.settings,
  birth: Setting.make("SLUICE_BIRTH", Setting.oneOf("year", "band"), {
    section: "Privacy",
    description:
      "The birth date in public rows: its `year`, or a `band`, which is the decade: 1980 stands for 1980 to 1989. `sluice privacy report` shows what it does to k-anonymity. After a change, `sluice materialize --changed` makes the rows again.",
    default: "year"
  }),
  income: Setting.make("SLUICE_INCOME", Setting.oneOf("exact", "band"), {
    section: "Privacy",
    description:
      "The income in public rows: `exact`, or the lower bound of its `band`. Bands begin at every 10000 up to 100000, then at 150000 and 200000.",
    default: "exact"
  }),
  emailDomainMin: Setting.make("SLUICE_EMAIL_DOMAIN_MIN", Setting.wholeNumber(1, 1_000_000_000), {
    section: "Privacy",
    description: "An email domain that fewer users of a run have is stored as `other`. 1 leaves all of them.",
    default: "1"
  })
}

export type SparkSettings = Settings.Values<typeof settings>

/** The generalisation of public rows that the settings ask for. */
export const generalisationOf = ({ birth, emailDomainMin, income }: SparkSettings): Policy => ({
  birth,
  emailDomainMin,
  income
})
