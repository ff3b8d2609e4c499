import { expect, it } from "@effect/vitest"
import * as Decimal from "@sluice/core/data/Decimal"
import * as PiiOf from "@sluice/core/data/Pii"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FileSource from "../src/FileSource.ts"
import { fileOf, read } from "./support/reading.ts"

const Rate = Schema.Struct({ currency: Schema.String, eur: Decimal.schema, note: Schema.NullOr(Schema.String) })
const rates = FileSource.csv({ path: "rates.csv", item: Rate })

const good = (rows: ReadonlyArray<unknown>, metadata: object = {}) => ({
  rows,
  metadata: { rows: rows.length, unknown_fields: 0, ...metadata },
  quarantined: []
})

const refused = (problem: string) =>
  `The first line of rates.csv must name the declared columns: ${problem}. Nothing was loaded. Correct the file or the schema.`

it.effect("cells are quoted or not, lines end in any way, an empty cell is null, and pieces make no difference", () =>
  Effect.gen(function* () {
    const file = '\ufeffcurrency,eur,note\r\nEUR,1,\r\n\r\n"U""SD",0.92,"ä,\r\nb"\nGBP,1.17,""'
    const expected = good([
      { currency: "EUR", eur: "1", note: null },
      { currency: 'U"SD', eur: "0.92", note: "ä,\r\nb" },
      { currency: "GBP", eur: "1.17", note: null }
    ])
    for (const pieceBytes of [1, 2, 3, 7, 65_536])
      expect(yield* read(rates, fileOf(file, pieceBytes))).toStrictEqual(expected)
  })
)

it.effect("columns come in any order, another delimiter is given, and skipped columns are not loaded", () =>
  Effect.gen(function* () {
    const source = FileSource.csv({ path: "rates.csv", item: Rate, delimiter: ";", skip: ["source"] })
    expect(yield* read(source, fileOf("note;source;eur;currency\nfine;bank;1;EUR\n"))).toStrictEqual(
      good([{ currency: "EUR", eur: "1", note: "fine" }])
    )
  })
)

it.effect("a file that has only a first line has no rows", () =>
  Effect.gen(function* () {
    expect(yield* read(rates, fileOf("currency,eur,note\n"))).toStrictEqual(good([]))
  })
)

it.effect("everything that is wrong with the first line is reported at once", () =>
  Effect.gen(function* () {
    expect(yield* read(rates, fileOf("currency,currency,day,ada@example.com\nEUR,1,2,3\n"))).toBe(
      `${refused("it does not name eur, note; day, (other) is not declared; it names currency more than once")} A column that is not to be loaded goes into \`skip\`.`
    )
  })
)

it.effect("a file without a line of names, and an empty one, name none of their data", () =>
  Effect.gen(function* () {
    const problem = refused("it does not name currency, eur, note")
    expect([yield* read(rates, fileOf("EUR,1,fine\n")), yield* read(rates, fileOf(""))]).toStrictEqual([problem, problem])
  })
)

it.effect("rows that cannot be decoded are listed by line and column, without values, and nothing is loaded", () =>
  Effect.gen(function* () {
    expect(yield* read(rates, fileOf('currency,eur,note\nEUR,1,"a\nb"\nUSD,secret,\nGBP,1.17\n'))).toBe(
      '2 of 3 rows of rates.csv cannot be decoded: line 4: eur is not Decimal; line 5: the row has 2 cells, and the first line has 3. Nothing was loaded. Correct the file, or set `badRows: "quarantine"` to leave such rows out.'
    )
  })
)

it.effect("the first ten bad rows are listed, wherever the pieces of the file end", () =>
  Effect.gen(function* () {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i + 2}: eur is not Decimal`)
    const message = yield* read(rates, fileOf(`currency,eur,note\n${"EUR,x,\n".repeat(30)}`, 50))
    expect(message).toBe(
      `30 of 30 rows of rates.csv cannot be decoded: ${lines.slice(0, 10).join("; ")}; and 20 more. Nothing was loaded. Correct the file, or set \`badRows: "quarantine"\` to leave such rows out.`
    )
  })
)

it.effect("with a quarantine, bad rows are recorded by line and left out, unless there are too many", () =>
  Effect.gen(function* () {
    const source = FileSource.csv({ path: "rates.csv", item: Rate, badRows: "quarantine" })
    expect(yield* read(source, fileOf("currency,eur,note\nEUR,1,\nUSD,x,\n"))).toStrictEqual({
      rows: [{ currency: "EUR", eur: "1", note: null }],
      metadata: { rows: 1, unknown_fields: 0, quarantined: 1 },
      quarantined: [{ ordinal: 3, id: null, field: "eur", reason: "is not Decimal" }]
    })
    expect(yield* read(source, fileOf("currency,eur,note\nEUR,one,\nUSD,x,\n"))).toContain(
      "2 of 2 rates_file (100%) could not be decoded; none is good. Most frequent reasons: eur is not Decimal (2)."
    )
  })
)

it.effect("a file that is not CSV, or not UTF-8, is refused with the line, and not quoted", () =>
  Effect.gen(function* () {
    const messages = yield* Effect.forEach(
      [
        fileOf('currency,eur,note\nEUR,1,"secret"x\n'),
        fileOf('currency,eur,note\nEUR,1,secret "one"\n'),
        fileOf('currency,eur,note\nEUR,1,"secret\n'),
        fileOf(Uint8Array.of(...new TextEncoder().encode("currency,eur,note\nEUR,1,"), 0xe4, 0x0a)),
        fileOf(Uint8Array.of(...new TextEncoder().encode("currency,eur,note\nEUR,1,"), 0xc3))
      ],
      (file) => read(rates, file)
    )
    expect(messages).toStrictEqual([
      "The file rates.csv has text behind a closing quote in line 2. Nothing was loaded. Correct the file.",
      "The file rates.csv has a quote within a cell that does not begin with one in line 2. Nothing was loaded. Correct the file.",
      "The file rates.csv has a quote that does not end in line 2. Nothing was loaded. Correct the file.",
      "The file rates.csv is not UTF-8. Nothing was loaded. Correct the file.",
      "The file rates.csv is not UTF-8. Nothing was loaded. Correct the file."
    ])
  })
)

it.effect("personal values stay wrapped, and rows about erased people are left out", () =>
  Effect.gen(function* () {
    const Customer = Schema.Struct({ id: Schema.String, city: Schema.NullOr(PiiOf.fromText("city")) })
    const source = FileSource.csv({ path: "customers.csv", item: Customer, people: ({ id }) => [id] })
    const result = yield* read(source, fileOf("id,city\n1,Bern\n2,Oslo\n3,\n"), ["2"])
    const rows = [
      { id: "1", city: PiiOf.Pii.make("city", "Bern") },
      { id: "3", city: null }
    ]
    expect(result).toStrictEqual(good(rows, { suppressed: 1 }))
  })
)
