import { expect, it } from "vitest"
import * as UnknownKeys from "../../src/settings/UnknownKeys.ts"

const known: UnknownKeys.Known = {
  program: ["DATABASE_URL", "DATABASE_ADMIN_URL", "SLUICE_LOCK_WAIT"],
  pipeline: ["SPARK_API_URL", "SPARK_API_TOKEN", "SLUICE_PAGE_SIZE"],
  others: ["MYSQL_ROOT_PASSWORD"]
}

const inEnvironment = (names: ReadonlyArray<string>) => UnknownKeys.inEnvironment(names, (key) => names.includes(key), known)

// Regression: a misspelt SPARK_API_URL was not noticed, and the sample data was loaded in the place of the API's.
it("what a .env sets and is no setting is named with the nearest setting; Compose's own keys are let be", () => {
  const keys = [
    "SPARK_API_ULR",
    "spark_api_url",
    "MYSQL_ROOT_PASWORD",
    "PG_HOST",
    "COMPOSE_PROJECT_NAME",
    ...known.program,
    ...known.pipeline
  ]
  expect(
    UnknownKeys.inFile(
      ".env",
      keys.map((key, i) => [key, i + 1] as const),
      known
    )
  ).toEqual([
    "SPARK_API_ULR in .env is not a setting; did you mean SPARK_API_URL?",
    "spark_api_url in .env is not a setting; did you mean SPARK_API_URL?",
    "MYSQL_ROOT_PASWORD in .env is not a setting; did you mean MYSQL_ROOT_PASSWORD?",
    "PG_HOST in .env is not a setting. .env.example has every setting; what is for other programs belongs elsewhere."
  ])
})

it("a key that may be a piece of a secret is told by its line alone", () => {
  expect(UnknownKeys.inFile(".env", [["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", 7]], known)).toEqual([
    "What line 7 of .env sets is not a setting. .env.example has every setting; what is for other programs belongs elsewhere."
  ])
})

it("of the environment, settings misspelt are told, and what belongs to other programs is not", () => {
  const others = ["PATH", "SPARK_HOME", "DATABASE_HOST", "SLUICE_PORT", "SLUICE_SERVICE_HOST", "SLUICE_CODE_VERSIONS"]
  expect([
    inEnvironment(others),
    inEnvironment(["SPARK_API_ULR", "SLUICE_PAGESIZE", "DATABSE_URL", "SPARK_API_BASE"]),
    inEnvironment(["DATABASE_URI", "DATABASE_URL"])
  ]).toEqual([
    [],
    [
      "SPARK_API_ULR in the environment is not a setting; did you mean SPARK_API_URL?",
      "SLUICE_PAGESIZE in the environment is not a setting; did you mean SLUICE_PAGE_SIZE?",
      "DATABSE_URL in the environment is not a setting; did you mean DATABASE_URL?",
      "SPARK_API_BASE in the environment is not a setting. Those that begin with SPARK_API are SPARK_API_URL and SPARK_API_TOKEN."
    ],
    []
  ])
})

it("a setting of the pipeline with a key of the program's is refused", () => {
  const pipeline = ["SHOP_URL", "DATABASE_URL", "SLUICE_BIRTH", "MYSQL_ROOT_PASSWORD"]
  expect(UnknownKeys.shared({ ...known, pipeline })).toEqual([
    "The pipeline declares the setting DATABASE_URL, which is the program's own. Give it another key.",
    "The pipeline declares the setting MYSQL_ROOT_PASSWORD, which is the program's own. Give it another key."
  ])
})
