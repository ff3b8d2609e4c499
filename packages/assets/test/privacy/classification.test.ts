import { expect, it } from "@effect/vitest"
import type * as Column from "@sluice/core/relation/Column"
import type { FieldTree } from "@sluice/core/source/FieldTree"
import * as Classification from "../../src/privacy/classification.ts"
import { UsersRaw } from "../../src/tables/UsersRaw.ts"

const pathsOf = (classified: Readonly<Record<string, Classification.Classification>>, wanted: string) =>
  Object.entries(classified).flatMap(([path, { class: found }]) => (found === wanted ? [path] : []))

it("names, addresses and what people wrote are dropped; places and professions are masked", () => {
  const { messages, users } = Classification
  expect({
    drop: [...pathsOf(users, "drop"), ...pathsOf(messages, "drop")],
    mask: pathsOf(users, "mask"),
    derive: pathsOf(users, "derive")
  }).toStrictEqual({
    drop: ["firstName", "lastName", "address", "message"],
    mask: ["city", "zipCode", "profile.profession"],
    derive: ["email", "birthDate"]
  })
})

const grounds = { reason: "", legal: "" }

it("every classified field is known, dropped ones too, at its own level", () => {
  const known = Classification.knownFields({
    a: { class: "drop", ...grounds },
    "b.c": { class: "keep", ...grounds },
    "b.d[].e": { class: "keep", ...grounds }
  })
  expect(known).toStrictEqual(
    new Map<string, FieldTree | undefined>([
      ["a", undefined],
      [
        "b",
        new Map<string, FieldTree | undefined>([
          ["c", undefined],
          ["d", new Map([["e", undefined]])]
        ])
      ]
    ])
  )
})

it("a decoder that reads a dropped or unclassified field, or leaves one out, does not compile", () => {
  type Read = Classification.ReadField<typeof Classification.messages>
  const all = { id: 1, createdAt: 1, senderId: 1, receiverId: 1 } satisfies Record<Read, number>
  // @ts-expect-error: the text of a message is dropped
  const withDropped = { ...all, message: 1 } satisfies Record<Read, number> & { readonly message?: never }
  const unclassified = {
    ...all,
    // @ts-expect-error: nobody said what happens to it
    password: 1
  } satisfies Record<Read, number>
  // @ts-expect-error: receiverId is left out
  const incomplete = { id: 1, createdAt: 1, senderId: 1 } satisfies Record<Read, number>
  expect([withDropped, unclassified, incomplete].map((fields) => Object.keys(fields).length)).toStrictEqual([5, 5, 3])
})

it("every field says why, and on what legal ground", () => {
  const fields: ReadonlyArray<Classification.Classification> = [
    ...Object.values(Classification.users),
    ...Object.values(Classification.messages)
  ]
  expect(fields.filter(({ legal, reason }) => reason === "" || !/^Art\. \d+/.test(legal))).toStrictEqual([])
})

it("what others know of a person and what they would learn are columns of users_raw", () => {
  const named = (role: Column.Role) =>
    Object.entries<Column.Any>(UsersRaw.columns).flatMap(([name, column]) => (column.role === role ? [name] : []))
  expect({ quasi: named("quasi-identifier"), sensitive: named("sensitive attribute") }).toStrictEqual({
    quasi: ["city_id", "zipcode_id", "profession_id", "country", "email_domain", "birth_year", "gender"],
    sensitive: ["is_smoking", "income"]
  })
})
