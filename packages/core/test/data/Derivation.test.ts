import * as Derivation from "@sluice/core/data/Derivation"
import { Pii } from "@sluice/core/data/Pii"
import { expect, it } from "vitest"

it("a derivation makes something public of values of its kind, and is listed by kind and name", () => {
  // A process keeps what other files of the same test worker declare.
  const others = Derivation.declared()
  const initial = Derivation.make("last_name", "initial", (name) => name.slice(0, 1))
  const length = Derivation.make("last_name", "length", (name) => name.length)
  const ofCity = Derivation.make("city", "initial", (name) => name.slice(0, 1))
  const lovelace = Pii.make("last_name", "Lovelace")
  expect([initial(lovelace), length(lovelace), ofCity(Pii.make("city", "Oslo"))]).toStrictEqual(["L", 8, "O"])
  expect(Derivation.declared().filter((one) => !others.includes(one))).toStrictEqual([
    { kind: "city", name: "initial" },
    { kind: "last_name", name: "initial" },
    { kind: "last_name", name: "length" }
  ])
})

it("two derivations of one kind and name are refused: the list could not tell them apart", () => {
  Derivation.make("email", "domain", () => "")
  expect(() => Derivation.make("email", "domain", (address) => address)).toThrow(
    "The derivation domain of email is declared twice. Give each derivation of a kind its own name."
  )
})
