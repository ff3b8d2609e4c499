import { createHash } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import * as Canaries from "@sluice/assets/canary/Canaries"
import * as Finder from "@sluice/assets/canary/Finder"
import * as Forms from "@sluice/assets/canary/Forms"
import * as Ledger from "@sluice/assets/canary/Ledger"
import * as FastCheck from "effect/FastCheck"

const value = "kZ3vQ8wXéT4mB7r"
const bytes = Buffer.from(value)
const forms = Finder.make(Forms.of(value).map(({ bytes, name }) => ({ bytes, of: name })))
const formsIn = (text: string | Uint8Array) => [...new Set([...forms.search(Buffer.from(text)).keys()].map(({ of }) => of))]

describe("a value is found", () => {
  it.each([
    ["as it is", `{"city":"${value}"}`],
    ["its beginning", `…${value.slice(0, 8)}…`],
    ["lower-cased", value.toLowerCase()],
    ["URL-encoded", `?city=${encodeURIComponent(value)}`],
    ["hexadecimal", `0x${bytes.toString("hex").toUpperCase()}`],
    ["md5, hexadecimal", createHash("md5").update(value).digest("hex")],
    ["sha1, base64", createHash("sha1").update(value).digest("base64")],
    ["sha256, hexadecimal", createHash("sha256").update(value.toLowerCase()).digest("hex")]
  ])("%s", (form, text) => {
    expect(formsIn(text)).toContain(form)
  })

  it("hashed, as plain bytes", () => {
    expect(formsIn(createHash("sha256").update(value).digest())).toEqual(["sha256"])
  })

  it.prop("in base64, whatever stands before and behind it", [FastCheck.string(), FastCheck.string()], ([before, behind]) =>
    formsIn(Buffer.from(before + value + behind).toString("base64")).includes("base64")
  )
})

it.prop(
  "every needle is found wherever it stands, as often as it does, and nothing else is",
  [
    FastCheck.array(FastCheck.uint8Array({ minLength: 4, maxLength: 9 }), { maxLength: 20 }),
    FastCheck.uint8Array({ maxLength: 60 })
  ],
  ([needles, noise]) => {
    const text = Buffer.concat([noise, ...needles, noise])
    const found = Finder.make(needles.map((needle) => ({ bytes: needle, of: needle }))).search(text)
    const times = (needle: Uint8Array) => {
      let count = 0
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) count++
      return count
    }
    return (
      needles.every((needle) => [...found].filter(([{ of }]) => of === needle).every(([, n]) => n === times(needle))) &&
      found.size === needles.length
    )
  }
)

describe("the ledger", () => {
  const canaries = Canaries.make("ledger")
  const city = canaries.text("users.city", "sensitive_city_ids")
  const name = canaries.text("users.firstName")
  const ledger = () => Ledger.make(canaries.finder())

  it("lets a masked value be in its own table, with its hash, and nowhere else in no other form", () => {
    const own = ledger()
    const hash = createHash("sha256").update(city).digest()
    const isHome = (home: string) => home === "sensitive_city_ids"
    own.look("tables", "sensitive_city_ids", Buffer.concat([Buffer.from(city), hash]), isHome)
    expect(own.finds()).toEqual([])
    own.look("tables", "sensitive_city_ids", Buffer.from(createHash("md5").update(city).digest("hex")), isHome)
    own.look("tables", "users_raw", Buffer.from(city.toLowerCase()), () => false)
    expect(own.finds().map(({ field, form, where }) => [where, field, form])).toEqual([
      ["sensitive_city_ids", "users.city", "md5, hexadecimal"],
      ["users_raw", "users.city", "lower-cased"]
    ])
  })

  it("finds a value that two blocks of a file share, and counts one in their overlap once", () => {
    const own = ledger()
    const text = Buffer.from(`xx${name}yy`)
    own.lookAtBlocks("files", "a file", [text.subarray(0, 7), text.subarray(7)])
    expect(own.finds()).toContainEqual({
      place: "files",
      where: "a file",
      field: "users.firstName",
      form: "as it is",
      times: 1
    })
    own.lookAtBlocks("files", "another", [text, Buffer.from("zz"), Buffer.from("zz")])
    expect(own.finds().find(({ form, where }) => where === "another" && form === "as it is")?.times).toBe(1)
    expect(own.searched()).toMatchObject([{ place: "files", items: 2, bytes: 2 * text.length + 4, atHome: 0 }])
  })

  it("knows a birth date by its day, however it is written, and not by its year", () => {
    const own = Canaries.make("dates")
    const iso = own.birthDate("users.birthDate")
    const found = (text: string) => own.finder().search(Buffer.from(text)).size > 0
    expect([found(iso), found(iso.slice(0, 10)), found(iso.replace("T", " ").slice(0, 19)), found(iso.slice(0, 4))]).toEqual(
      [true, true, true, false]
    )
  })
})
