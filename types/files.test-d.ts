/** File sources and file assets: what must compile, and what must not. */
import * as Asset from "@sluice/core/asset/Asset"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Pii from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as TextRow from "@sluice/core/relation/TextRow"
import * as CsvText from "@sluice/files/CsvText"
import { fileAsset } from "@sluice/files/FileAsset"
import * as FileSource from "@sluice/files/FileSource"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Schema from "effect/Schema"

const Rates = Table.make("rates", {
  description: "…",
  columns: { currency: Column.branded("currency", Column.text(3)), eur: Column.nullable(Column.decimal(12, 6)) },
  primaryKey: ["currency"]
})

const rates = FileSource.csv({ path: "rates.csv", item: TextRow.schema(Rates) })
export const published = tableAsset(Rates, rates)
export const source = Asset.make("rates_file", { observe: rates.observe, materialize: rates.rows })
export const kept: Dataset.Dataset<Table.Row<typeof Rates>> =
  Dataset.of<Asset.Value<typeof source> extends Dataset.Dataset<infer Row> ? Row : never>()

FileSource.csv({
  path: "rates.csv",
  item: Schema.Struct({ id: Schema.NumberFromString, at: Schema.NullOr(Decimal.schema) })
})
// @ts-expect-error a cell of a CSV file is text, not a number
FileSource.csv({ path: "rates.csv", item: Schema.Struct({ id: Schema.Number }) })
FileSource.jsonLines({ path: "rates.jsonl", item: Schema.Struct({ id: Schema.Number }) })
// @ts-expect-error a dataset keeps no bytes
FileSource.jsonLines({ path: "rates.jsonl", item: Schema.Struct({ id: Schema.Uint8Array }) })

const people = FileSource.csv({ path: "people.csv", item: Schema.Struct({ id: Schema.String, city: Pii.fromText("city") }) })
const wrapped = Asset.make("people_file", { materialize: people.rows })
export const plain = fileAsset("people_csv", {
  path: "out.csv",
  upstreams: { people: wrapped },
  contents: ({ people }) =>
    CsvText.of(
      Dataset.map(people, ({ id }) => ({ id })),
      ["id"]
    )
})
fileAsset("people_csv", {
  path: "out.csv",
  upstreams: { people: wrapped },
  // @ts-expect-error a personal value is not written into a file
  contents: ({ people }) => CsvText.of(people, ["id", "city"])
})
// @ts-expect-error there is no such column
CsvText.of(Dataset.of({ id: "1" }), ["name"])
