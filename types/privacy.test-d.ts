/**
 * Flows of personal data that must not compile (G17), beside those in refusals.test-d.ts. Each `@ts-expect-error` is an
 * assertion: were the line below it to compile, the directive itself would be an error, and `pnpm check` fails.
 */
import type { User } from "@sluice/assets/domain/User"
import type * as Classification from "@sluice/assets/privacy/classification"
import * as Derivations from "@sluice/assets/privacy/derivations"
import type { UsersRaw } from "@sluice/assets/tables/UsersRaw"
import type { Failure } from "@sluice/core/asset/Failure"
import type { Metadata } from "@sluice/core/asset/Metadata"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import * as Derivation from "@sluice/core/data/Derivation"
import * as MaskId from "@sluice/core/data/MaskId"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import * as Packed from "@sluice/core/data/Packed"

import { Pii as P, Pii, schema as personal } from "@sluice/core/data/Pii"
import * as RowCodec from "@sluice/core/data/RowCodec"
import * as Log from "@sluice/core/Log"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as Span from "@sluice/core/Span"
import type { QuarantinedRow } from "@sluice/core/source/Quarantine"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const city = Pii.make("city", "London")
const email = Pii.make("email", "ada@analytical.engine")
declare const user: User
declare const zipcodeIds: MaskMap<"zipcode">

// Into a row of a public table.
declare const row: Table.Row<typeof UsersRaw>
export const good: Table.Row<typeof UsersRaw> = {
  ...row,
  city_id: MaskId.make("city", 7),
  email_domain: Derivations.emailDomain(email)
}
// @ts-expect-error a zip code's id where a city's belongs
export const asOtherId: Table.Row<typeof UsersRaw> = { ...row, city_id: row.zipcode_id }
// @ts-expect-error a number that nobody says is a city's id
export const asNumber: Table.Row<typeof UsersRaw> = { ...row, city_id: 7 }
// @ts-expect-error a city's id out of the map of zip codes
export const lookedUp: Table.Row<typeof UsersRaw>["city_id"] | undefined = zipcodeIds.get(Pii.make("zipcode", "SW1"))
// @ts-expect-error a city where its id belongs
export const asId: Table.Row<typeof UsersRaw> = { ...row, city_id: user.city }
// @ts-expect-error a city where a country belongs
export const asCountry: Table.Row<typeof UsersRaw> = { ...row, country: user.city }
// @ts-expect-error an address where its domain belongs
export const asDomain: Table.Row<typeof UsersRaw> = { ...row, email_domain: email }

// Out of its wrapping.
// @ts-expect-error it has no text
export const text: string = user.city ?? ""
// @ts-expect-error its value is private
export const peeked = city.value
// @ts-expect-error it is not one of text's methods
city.toLowerCase()
// @ts-expect-error one cannot be made but by `make`, which wraps
new Pii("city", "London")
// @ts-expect-error a value of a kind is not one of another
export const otherKind: Pii<"zipcode"> = city

// Out of a static, however the class is imported: there is none that reads.
const { make } = P
export const wrapped: Pii<"city"> = make("city", "London")
// @ts-expect-error no static of the class reads a value
const { reveal } = P
export const leaked: Table.Row<typeof UsersRaw> = { ...row, country: reveal(user.city) }
// @ts-expect-error no module outside of core does
export type Reveal = typeof import("@sluice/core/data/PiiReveal")
// @ts-expect-error the package that does belongs to core and the stores, and no other can resolve it
export type Hidden = typeof import("@sluice/pii")

// Into what packs rows, and back as text.
export const kept: RowCodec.RowCodec<{ readonly id: string; readonly city: Pii<"city"> | null }> = RowCodec.make(
  Schema.Struct({ id: Schema.String, city: Schema.NullOr(personal("city")) })
)
// @ts-expect-error a city does not come back as a zip code
export const swapped: RowCodec.RowCodec<{ readonly city: Pii<"zipcode"> }> = RowCodec.make(
  Schema.Struct({ city: personal("city") })
)
// @ts-expect-error nor as text
export const asText: RowCodec.RowCodec<{ readonly city: string }> = RowCodec.make(Schema.Struct({ city: personal("city") }))
// @ts-expect-error unknown rows may hold one
RowCodec.make(Schema.Struct({ list: Schema.Array(Schema.Unknown) }))
Packed.codec<Pii<"city">>({
  // @ts-expect-error a personal value is not put as text
  write: (value, sink) => sink.put(value),
  // @ts-expect-error nor read as one
  reading: () => (cursor) => cursor.text()
})

// Through a derivation that is not its own.
// @ts-expect-error only email addresses have a domain
Derivations.emailDomain(city)
// @ts-expect-error only birth dates have a year
Derivations.birthYear(email)
// @ts-expect-error text that was never wrapped
Derivations.emailDomain("ada@analytical.engine")

// @ts-expect-error a derivation is of one kind, and is named
Derivation.make("city", (city: string) => city)

// Through the wrong mask.
const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })
declare const zipcodes: Dataset.Dataset<Pii<"zipcode">>
declare const plain: Dataset.Dataset<string>
// @ts-expect-error zip codes in the map of cities
Effect.flatMap(PiiMasker, (masker) => masker.ids(Cities, zipcodes))
// @ts-expect-error text that was never wrapped
Effect.flatMap(PiiMasker, (masker) => masker.ids(Cities, plain))
// @ts-expect-error a mask table is not published, but masked into
Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(Cities))

// @ts-expect-error nor is it read: its rows would be values that nobody has wrapped
Effect.map(WarehouseReader, (reader) => reader.read(Cities))
// @ts-expect-error the store of masks, which is given values in the clear, belongs to the warehouse
export type MaskStore = typeof import("@sluice/warehouse/sql/SqlMaskStore")

// Into what is told: a log, metadata, an event, an error, the quarantine.
// @ts-expect-error a log message
Log.warning(email)
// @ts-expect-error a log field
Log.debug("masked", { city })
// @ts-expect-error an object that holds one
Log.info("user", { user })
// @ts-expect-error an attribute of a span
Span.annotate({ city })
// @ts-expect-error an object that holds one, on a span
Span.annotate({ user })
// @ts-expect-error metadata
export const metadata: Metadata = { rows: 1, city }
// @ts-expect-error a step's metadata
StepContext.metadata({ email })
// @ts-expect-error an event's metadata
export const event: Pick<Extract<RunEvent, { readonly _tag: "StepSucceeded" }>, "metadata"> = { metadata: { city } }
// @ts-expect-error an error's words
export const failure: Failure = { _tag: "Broken", message: city, retryable: false }
// @ts-expect-error a store's error
new WarehouseFailed({ reason: "RowRejected", operation: "publish", detail: city })
// @ts-expect-error the quarantine
export const quarantined: QuarantinedRow = { ordinal: 0, id: null, field: "city", reason: city }
// @ts-expect-error an id in the quarantine
export const quarantinedId: QuarantinedRow = { ordinal: 0, id: email, field: "", reason: "" }

// To the analyst.
// @ts-expect-error a mask table
Grants.select(Cities)
// @ts-expect-error a view over one
View.make("leak", { description: "", columns: { city: Column.text(9) }, on: [Cities], select: () => "" })

// Without its grounds.
const grounds = { reason: "asked for", legal: "Art. 6(1)(f)" }
export const grounded: Classification.Classification = { class: "drop", ...grounds }
// @ts-expect-error a field without a legal note
export const illegal: Classification.Classification = { class: "drop", reason: "not needed" }
// @ts-expect-error a field that is reduced into no column
export const intoNothing: Classification.Classification = { class: "derive", into: "email_name", ...grounds }
// @ts-expect-error a field without a reason
export const groundless: Classification.Classification = { class: "keep", legal: "Art. 6(1)(f)" }

// Unclassified.
type Read = Classification.ReadField<typeof Classification.users>
export const read: Read = "city"
// @ts-expect-error a dropped field is not read
export const dropped: Read = "firstName"
// @ts-expect-error nor is one that nobody classified
export const unknown: Read = "username"

// Whose row it is.
const letter = { description: "", columns: { id: Column.text(9), from: Column.text(9), to: Column.text(9) } } as const
Table.make("letters", { ...letter, primaryKey: ["id"], subject: "from" })
Table.make("letters", { ...letter, primaryKey: ["id"], subject: ["from", "to"] })
// @ts-expect-error a column that the table has not
Table.make("letters", { ...letter, primaryKey: ["id"], subject: "sender" })
// @ts-expect-error one of several that the table has not
Table.make("letters", { ...letter, primaryKey: ["id"], subject: ["from", "receiver"] })
// @ts-expect-error columns that are known together, one of which the table has not
Table.make("letters", { ...letter, primaryKey: ["id"], knownTogether: [["from", "at"]] })

// A decoder that does not read exactly what is classified.
declare const raw: { readonly [K in Read]?: unknown }
// @ts-expect-error a dropped field cannot be read of a row
export const name: unknown = raw.firstName
// @ts-expect-error nor can one that nobody classified
export const login: unknown = raw.username
type ReadOfMessages = Classification.ReadField<typeof Classification.messages>
// @ts-expect-error a classified field is not read
export const incomplete = { id: "", createdAt: "", senderId: "" } satisfies Record<ReadOfMessages, unknown>
// @ts-expect-error a field is read that is to be dropped
export const excessive = { id: "", createdAt: "", senderId: "", receiverId: "", message: "" } satisfies Record<
  ReadOfMessages,
  unknown
>
