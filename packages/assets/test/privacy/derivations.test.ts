import { expect, it } from "@effect/vitest"
import { Pii } from "@sluice/core/data/Pii"
import * as Derivations from "../../src/privacy/derivations.ts"

const domainOf = (email: string) => Derivations.emailDomain(Pii.make("email", email))

it("the domain of an email is what stands after its last @, in lower case", () => {
  expect(["ada@Analytical.Engine", '"a@b"@example.com', "x@münchen.de", "x@sub.a-b.example.co"].map(domainOf)).toStrictEqual(
    ["analytical.engine", "example.com", "münchen.de", "sub.a-b.example.co"]
  )
})

it("what is not a host name has no domain: nothing else of an address gets through", () => {
  const odd = ["", "ada", "ada@", "ada@localhost", "ada@10.0.0.1", "ada@[10.0.0.1]", "a@b .com", "a@-b.com", "a@b..com"]
  const long = [`a@${"x".repeat(64)}.com`, `a@${"x.".repeat(126)}com`, "a@b.com\n", "a@\ud800.com", "a@<b>.com"]
  expect([...odd, ...long].map(domainOf)).toStrictEqual([...odd, ...long].map(() => null))
})

it("a birth date becomes its year, as it was written", () => {
  expect(
    ["1985-12-10", "1990-01-01T00:00:00.000+02:00"].map((day) => Derivations.birthYear(Pii.make("birth_date", day)))
  ).toStrictEqual([1985, 1990])
})
